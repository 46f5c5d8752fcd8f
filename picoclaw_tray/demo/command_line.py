"""Reads the command line as the real program does (contract 4.1, 4.2), plus our switches."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from picoclaw_tray.demo.binding import parse_hosts
from picoclaw_tray.demo.switches import (
    Switches,
    UsageError,
    parse_switches,
    switches_from_variable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_COMMANDS = {"gateway": "gateway", "g": "gateway", "version": "version", "v": "version"}
_LONG_FLAGS = {
    "--allow-empty": "allow_empty",
    "--debug": "debug",
    "--no-truncate": "no_truncate",
    "--no-color": "no_color",
    "--help": "help",
}
_SHORT_FLAGS = {"E": "allow_empty", "d": "debug", "T": "no_truncate", "h": "help"}
_GATEWAY_ONLY = {"allow_empty", "debug", "no_truncate"}
_TRUTHS = {"1": True, "t": True, "true": True, "0": False, "f": False, "false": False}


@dataclass(frozen=True, slots=True)
class Invocation:
    """What was asked for. ``command`` is ``gateway``, ``version`` or empty."""

    command: str = ""
    host: str | None = None
    flags: frozenset[str] = frozenset()
    switches: Switches = field(default_factory=Switches)

    @property
    def allow_empty(self) -> bool:
        """Start without a default model."""
        return "allow_empty" in self.flags

    @property
    def debug(self) -> bool:
        """Log level debug, whatever the config says."""
        return "debug" in self.flags


def parse_command_line(argv: Sequence[str], environ: Mapping[str, str]) -> Invocation:
    """Reads the words after the program's name.

    Raises:
        UsageError: The text is what stands after ``Error: `` on stderr.
    """
    invocation = Invocation(switches=switches_from_variable(environ.get("PICOCLAW_DEMO", "")))
    words = list(argv)
    while words:
        invocation = _take(words.pop(0), words, invocation)
    _check(invocation)
    return invocation


def wants_plain_banner(argv: Sequence[str], environ: Mapping[str, str]) -> bool:
    """The real program looks at the raw words for this, before it parses them."""
    return (
        bool(environ.get("NO_COLOR"))
        or environ.get("TERM") == "dumb"
        or not {"--no-color", "--no-color=true", "--no-color=1"}.isdisjoint(argv)
    )


def _take(word: str, rest: list[str], so_far: Invocation) -> Invocation:
    if word.startswith("--demo-") and not so_far.command:
        switches = parse_switches([word.removeprefix("--demo-")], base=so_far.switches)
        return replace(so_far, switches=switches)
    name, equals, value = word.partition("=")
    if name == "--host":
        if not equals and not rest:
            raise UsageError("flag needs an argument: --host")
        return replace(so_far, host=value if equals else rest.pop(0))
    if name in _LONG_FLAGS:
        return _set(so_far, _LONG_FLAGS[name], on=_truth(name, value) if equals else True)
    if word.startswith("--"):
        msg = f"unknown flag: {name}"
        raise UsageError(msg)
    if word.startswith("-"):
        return _take_short(word, so_far)
    if so_far.command or word not in _COMMANDS:
        msg = f"unknown command {word!r}"
        raise UsageError(msg)
    return replace(so_far, command=_COMMANDS[word])


def _take_short(word: str, so_far: Invocation) -> Invocation:
    for letter in word[1:]:
        if letter not in _SHORT_FLAGS:
            msg = f"unknown shorthand flag: {letter!r} in {word}"
            raise UsageError(msg)
        so_far = _set(so_far, _SHORT_FLAGS[letter], on=True)
    return so_far


def _set(so_far: Invocation, flag: str, *, on: bool) -> Invocation:
    return replace(so_far, flags=so_far.flags | {flag} if on else so_far.flags - {flag})


def _truth(name: str, value: str) -> bool:
    if value.lower() not in _TRUTHS:
        msg = f"invalid argument {value!r} for {name}"
        raise UsageError(msg)
    return _TRUTHS[value.lower()]


def _check(invocation: Invocation) -> None:
    if invocation.command != "gateway":
        for flag in sorted(invocation.flags & _GATEWAY_ONLY):
            msg = f"unknown flag: --{flag.replace('_', '-')}"
            raise UsageError(msg)
        return
    if "no_truncate" in invocation.flags and not invocation.debug:
        raise UsageError("--no-truncate needs --debug")
    if invocation.host is not None:
        try:
            parse_hosts(invocation.host)
        except ValueError as error:
            msg = f"invalid --host value: {error}"
            raise UsageError(msg) from error
        if not invocation.host.strip():
            raise UsageError("invalid --host value: it is blank")
