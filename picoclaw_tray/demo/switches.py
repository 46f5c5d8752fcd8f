"""The one table of what the stand-in can be told to do wrong, or slowly, or loudly.

``PICOCLAW_DEMO=name[=value],…`` or ``--demo-<name>[=value]`` before the word ``gateway``
(contract, appendix C). A value in the variable cannot hold a comma; the flag's can.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")
D = TypeVar("D")


class UsageError(Exception):
    """What the person typed cannot be understood; the text is one line for stderr."""


def _switch(read: Callable[[str], T], *, off: D, bare: T | None, fault: bool, about: str) -> T | D:
    """Describes one switch.

    Args:
        read: Turns the text after ``=`` into a value, or raises ValueError.
        off: The value when the switch is not given.
        bare: The value when the switch is given without ``=``; None if it needs one.
        fault: True if ``times`` limits it.
        about: One line for ``--help``.
    """
    return field(default=off, metadata={"read": read, "bare": bare, "fault": fault, "about": about})


def _flag(about: str) -> bool:
    return _switch(_no_value, off=False, bare=True, fault=True, about=about)


def _no_value(value: str) -> bool:
    raise ValueError(value)


def _seconds(value: str) -> float:
    seconds = float(value)
    if not 0 <= seconds < float("inf"):
        raise ValueError(value)
    return seconds


def _count(value: str) -> int:
    count = int(value)
    if count < 0:
        raise ValueError(value)
    return count


def _exit_code(value: str) -> int:
    if value not in {"1", "2"}:
        raise ValueError(value)
    return int(value)


def _signal(value: str) -> signal.Signals:
    try:
        return signal.Signals["SIG" + value.upper().removeprefix("SIG")]
    except KeyError as error:
        raise ValueError(value) from error


def _text(value: str) -> str:
    if not value:
        raise ValueError(value)
    return value


@dataclass(frozen=True, slots=True)
class Switches:
    """How this run of the stand-in behaves; all off is a gateway in good health."""

    fail_before_pid: str | None = _switch(
        _text,
        off=None,
        bare="error loading config: the stand-in was told to fail",
        fault=True,
        about="exit 1 with this reason before the PID file is written",
    )
    fail_after_pid: str | None = _switch(
        _text,
        off=None,
        bare="error creating provider: the stand-in was told to fail",
        fault=True,
        about="exit 1 with this reason after the PID file and the start-up work",
    )
    crash_after: float | None = _switch(
        _seconds,
        off=None,
        bare=0.0,
        fault=True,
        about="crash so many seconds after the started lines; the PID file stays",
    )
    crash_code: int = _switch(
        _exit_code,
        off=1,
        bare=None,
        fault=True,
        about="how to crash: 1 as after a fatal log entry (default), 2 as after a panic",
    )
    crash_signal: signal.Signals | None = _switch(  # noqa: RUF009
        _signal, off=None, bare=None, fault=True, about="crash by this signal: KILL, SEGV, PIPE, …"
    )
    ignore_sigterm: bool = _flag(
        "ignore SIGTERM from the first moment on (Windows: Ctrl+C and Ctrl+Break)"
    )
    mute: bool = _flag("listen, but never answer HTTP")
    hang_after: float | None = _switch(
        _seconds,
        off=None,
        bare=0.0,
        fault=True,
        about="stop answering HTTP so many seconds after the started lines, but stay alive",
    )
    foreign_pid: int | None = _switch(
        _count,
        off=None,
        bare=0,
        fault=True,
        about="answer /health with this PID; without a value with one that is not ours",
    )
    not_ready: bool = _flag("/ready answers 503 for ever, as releases up to v0.2.9 do")
    no_pid_file: bool = _flag(
        "as before v0.2.5: no PID file, no pid in /health, /reload asks for no token"
    )
    children: int = _switch(
        _count, off=0, bare=1, fault=True, about="start so many children that outlive the gateway"
    )
    long_line: int = _switch(
        _count,
        off=0,
        bare=1024 * 1024 + 100,
        fault=True,
        about="print one line of so many bytes after the started lines (default: over 1 MiB)",
    )
    flood: int = _switch(
        _count,
        off=0,
        bare=100_000,
        fault=True,
        about="print so many numbered lines of 120 bytes, as fast as the reader reads",
    )
    startup: float = _switch(
        _seconds,
        off=0.0,
        bare=None,
        fault=False,
        about="work so many seconds between the PID file and the first HTTP answer",
    )
    linger: float = _switch(
        _seconds,
        off=0.0,
        bare=None,
        fault=False,
        about="take so many seconds to shut down, HTTP already gone",
    )
    chatter: float | None = _switch(
        _seconds,
        off=None,
        bare=5.0,
        fault=False,
        about="write a log line of level warn every so many seconds",
    )
    say: str = _switch(
        _text,
        off="",
        bare=None,
        fault=False,
        about="print this line after the started lines",
    )
    version: str = _switch(
        _text,
        off="demo-1",
        bare=None,
        fault=False,
        about="the version to show in `version` and in the PID file",
    )
    times: int | None = _switch(
        _count,
        off=None,
        bare=1,
        fault=False,
        about="what fails or misbehaves does so in the first so many starts of this home only",
    )

    @property
    def crashes_after(self) -> float | None:
        """Seconds from the started lines to the crash; ``crash-signal`` alone means at once."""
        if self.crash_after is None and self.crash_signal is not None:
            return 0.0
        return self.crash_after

    def without_faults(self) -> Switches:
        """What remains when ``times`` is used up."""
        kept = {
            each.name: getattr(self, each.name)
            for each in fields(self)
            if not each.metadata["fault"]
        }
        return Switches(**kept)


_BY_NAME = {each.name.replace("_", "-"): each for each in fields(Switches)}


def parse_switches(words: Iterable[str], *, base: Switches | None = None) -> Switches:
    """Reads words of the form ``name`` or ``name=value``; the last of a name wins.

    Raises:
        UsageError: Unknown name, or a value that the switch cannot take.
    """
    switches = base or Switches()
    for word in words:
        name, equals, value = word.partition("=")
        known = _BY_NAME.get(name)
        if known is None:
            msg = f"unknown demo switch: {name}"
            raise UsageError(msg)
        switches = replace(switches, **{known.name: _read(name, value if equals else None)})
    return switches


def switches_from_variable(value: str) -> Switches:
    """Reads ``PICOCLAW_DEMO``; empty means no switch."""
    return parse_switches(word.strip() for word in value.split(",") if word.strip())


def describe_switches() -> str:
    """One line a switch, for ``--help``."""
    return "\n".join(
        f"  --demo-{name}{_value_form(name)}\n        {each.metadata['about']}"
        for name, each in _BY_NAME.items()
    )


def _read(name: str, value: str | None) -> Any:  # noqa: ANN401 - each switch has its own type
    metadata = _BY_NAME[name].metadata
    if value is None:
        if metadata["bare"] is None:
            msg = f"demo switch {name} needs a value"
            raise UsageError(msg)
        return metadata["bare"]
    try:
        return metadata["read"](value)
    except ValueError as error:
        msg = f"demo switch {name} cannot take the value {value!r}"
        raise UsageError(msg) from error


def _value_form(name: str) -> str:
    metadata = _BY_NAME[name].metadata
    if metadata["read"] is _no_value:
        return ""
    return "=VALUE" if metadata["bare"] is None else "[=VALUE]"
