"""Why a gateway ended or could not be started, in words, with the next step (contract 4.5, 4.6).

Evidence is picked, never changed: the caller has masked secrets in every line it hands in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from picoclaw_tray.gateway.chatter import is_banner, is_chatter
from picoclaw_tray.gateway.failure_rules import (
    CLEAN_EXIT,
    CONSOLE_CLOSED,
    ENDED,
    ENDED_WITH_SESSION,
    EXITED,
    EXITED_EARLY,
    HALTED,
    HUNG,
    KILLED,
    MEMORY_END_LIKELY,
    MEMORY_KILL,
    MEMORY_KILL_LIKELY,
    MEMORY_LIMIT,
    OUT_OF_MEMORY,
    PANIC,
    SIGNAL_RULES,
    SIGNALLED,
    STARTUP_RULES,
    UNKNOWN_STARTUP,
    FailureClass,
    FailureRule,
)
from picoclaw_tray.gateway.memory_kills import MemoryKills
from picoclaw_tray.gateway.signal_names import signal_name
from picoclaw_tray.gateway.startup_error import find_startup_error
from picoclaw_tray.gateway.vitals import Activity, vitals_line
from picoclaw_tray.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from picoclaw_tray.gateway.vitals import Vitals
    from picoclaw_tray.text import Template

    _Lines: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]
    """Of the output, and of the panic log."""

__all__ = ["Diagnosis", "Evidence", "FailureClass", "diagnose"]

EVIDENCE_LINES = 5
"""Of the output, and as many of the panic log; more would not be read."""

PANIC_EXIT_CODE = 2
SIGABRT = 6
CONTROL_C_EXIT, TERMINATED_WITH_SESSION = 0xC000013A, 0x40010004
"""Windows only (ntstatus.h: ``STATUS_CONTROL_C_EXIT``, ``DBG_TERMINATE_PROCESS``)."""

_GO_SIGNAL = re.compile(r"(?P<signal>SIG[A-Z0-9]+): [a-z]")
"""What Go begins with when it ends with code 2 because of a signal, such as ``kill -QUIT``."""

_PANIC_LINE = re.compile(rf"panic: |fatal error: |goroutine \d+ \[|{_GO_SIGNAL.pattern}")
_MEMORY_LINE = re.compile(r"fatal error: .*(?:out of memory|cannot allocate memory)")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is left of a gateway.

    Attributes:
        exit_code: None if a signal ended it, or if nobody could see it end.
        signal: number of the signal that ended it.
        output_tail: its last lines of output, or of ``gateway.log``, of this run only.
        panic_tail: the lines that ``gateway_panic.log`` gained since the start.
        was_ready: it had answered before it ended.
        hung: it lives and has not answered for too long.
        vitals: how it is, if it lives.
        memory: what the kernel's counters say about the time since the start.
    """

    exit_code: int | None = None
    signal: int | None = None
    output_tail: tuple[str, ...] = ()
    panic_tail: tuple[str, ...] = ()
    was_ready: bool = False
    hung: bool = False
    vitals: Vitals | None = None
    memory: MemoryKills = MemoryKills.UNKNOWN


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What to tell a person about a failure.

    Attributes:
        failure_class: what a program may go by.
        reason: what happened.
        output: lines that show it: how a hung gateway is, then at most ``EVIDENCE_LINES`` of what
            it printed.
        panic: as many of the panic log.
        next_step: what the person can do.
        curable: a retry may cure it.
        detail: the gateway's own words for a failed start, verbatim.
        command: what to run in a terminal; empty if nothing is to be run.
        by_waiting: waiting alone may cure it.
    """

    failure_class: FailureClass
    reason: Text
    output: tuple[str, ...]
    panic: tuple[str, ...]
    next_step: Text | None
    curable: bool
    detail: str = ""
    command: str = ""
    by_waiting: bool = False

    @property
    def evidence(self) -> tuple[str, ...]:
        """All lines that show it."""
        return self.output + self.panic


def diagnose(evidence: Evidence) -> Diagnosis:
    """Goes from the most telling evidence to the least."""
    if evidence.hung:
        return _hung(evidence)
    return (
        _from_startup_error(evidence)
        or _from_panic(evidence)
        or _from_signal(evidence)
        or _from_exit_code(evidence)
    )


def _hung(evidence: Evidence) -> Diagnosis:
    lines, vitals = _last_lines(evidence), evidence.vitals
    if vitals is None:
        return _conclude(HUNG, lines)
    rule = HALTED if vitals.activity is Activity.STOPPED else HUNG
    lines = (vitals_line(vitals), *lines[0]), lines[1]
    return _conclude(rule, lines, pid=str(vitals.pid))


def _from_startup_error(evidence: Evidence) -> Diagnosis | None:
    if evidence.was_ready:
        return None
    found = find_startup_error(evidence.output_tail, evidence.panic_tail)
    if found is None:
        return None
    tails = evidence.output_tail, evidence.panic_tail
    output, panic = (_last(_up_to(tail, found.line)) for tail in tails)
    lines = output, panic
    for pattern, rule in STARTUP_RULES:
        if match := pattern.search(found.error):
            return _conclude(rule, lines, found.error, **match.groupdict())
    return _conclude(UNKNOWN_STARTUP, lines, found.error, error=found.error)


def _from_panic(evidence: Evidence) -> Diagnosis | None:
    """A panic ends a program of Go with code 2, in its main goroutine here with code 1."""
    if evidence.exit_code == 0 or evidence.signal not in {None, SIGABRT}:
        return None
    in_output, in_panic = (
        _panic_in(lines) for lines in (evidence.output_tail, evidence.panic_tail)
    )
    begins = (*in_panic, *in_output)
    if begins:
        output = _first(in_output) if in_output else _last(_telling(evidence))
        panic = _first(in_panic) if in_panic else _last(evidence.panic_tail)
        if by_signal := _GO_SIGNAL.match(begins[0]):
            return _conclude(SIGNALLED, (output, panic), signal=by_signal["signal"])
        rule = OUT_OF_MEMORY if _MEMORY_LINE.match(begins[0]) else PANIC
        return _conclude(rule, (output, panic))
    # Before it is ready any program may end with 2, also one that is not PicoClaw.
    if evidence.exit_code == PANIC_EXIT_CODE and evidence.was_ready:
        return _conclude(PANIC, _last_lines(evidence))
    return None


def _panic_in(lines: tuple[str, ...]) -> tuple[str, ...]:
    """What follows from the beginning of a panic on."""
    begins = (index for index, line in enumerate(lines) if _PANIC_LINE.match(line))
    index = next(begins, None)
    return () if index is None else lines[index:]


def _from_signal(evidence: Evidence) -> Diagnosis | None:
    if evidence.signal is None:
        return None
    name = signal_name(evidence.signal)
    rule = _killed(evidence.memory) if name == "SIGKILL" else None
    rule = rule or SIGNAL_RULES.get(name, SIGNALLED)
    return _conclude(rule, _last_lines(evidence), signal=name)


def _killed(memory: MemoryKills) -> FailureRule | None:
    """What the kernel's counters say of a gateway that was killed; None if there are none."""
    return {
        MemoryKills.BY_LIMIT: MEMORY_LIMIT,
        MemoryKills.IN_GROUP: MEMORY_KILL,
        MemoryKills.ON_MACHINE: MEMORY_KILL_LIKELY,
        MemoryKills.NONE: KILLED,
    }.get(memory)


def _from_exit_code(evidence: Evidence) -> Diagnosis:
    lines = _last_lines(evidence)
    match evidence.exit_code:
        case None if evidence.memory.in_group:
            return _conclude(MEMORY_END_LIKELY, lines)
        case None:
            return _conclude(ENDED, lines)
        case 0:
            return _conclude(CLEAN_EXIT, lines)
        case code if code == CONTROL_C_EXIT:
            return _conclude(CONSOLE_CLOSED, lines)
        case code if code == TERMINATED_WITH_SESSION:
            return _conclude(ENDED_WITH_SESSION, lines)
        case code:
            rule = EXITED if evidence.was_ready else EXITED_EARLY
            return _conclude(rule, lines, code=str(code))


def _conclude(rule: FailureRule, lines: _Lines, detail: str = "", **gaps: str) -> Diagnosis:
    return Diagnosis(
        rule.failure_class,
        _fill(rule.reason, gaps),
        *lines,
        _fill(rule.next_step, gaps) if rule.next_step else None,
        rule.curable,
        detail,
        rule.command.format(**gaps),
        rule.by_waiting,
    )


def _fill(template: Template, gaps: dict[str, str]) -> Text:
    """Takes of the gaps those that the template has."""
    used = {name: value for name, value in gaps.items() if f"{{{name}}}" in template.source}
    return Text(template, tuple(sorted(used.items())))


def _last_lines(evidence: Evidence) -> _Lines:
    return _last(_telling(evidence)), _last(evidence.panic_tail)


def _telling(evidence: Evidence) -> tuple[str, ...]:
    """The output without what every start prints; how far it came tells of a start that failed."""
    is_noise = is_chatter if evidence.was_ready or evidence.hung else is_banner
    return tuple(line for line in evidence.output_tail if not is_noise(line))


def _up_to(lines: tuple[str, ...], line: str) -> tuple[str, ...]:
    """All up to the last line like this one, without the banner; all if there is none."""
    ends = (index for index in reversed(range(len(lines))) if lines[index] == line)
    end = next(ends, len(lines))
    return tuple(line for line in lines[: end + 1] if not is_banner(line))


def _first(lines: Iterable[str]) -> tuple[str, ...]:
    """The first lines that are not blank."""
    return tuple(line for line in lines if line.strip())[:EVIDENCE_LINES]


def _last(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The last lines that are not blank."""
    return _first(reversed(lines))[::-1]
