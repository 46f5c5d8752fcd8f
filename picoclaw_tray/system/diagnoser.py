"""Gathers the evidence of a failure and lets ``gateway.diagnosis`` judge it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from picoclaw_tray.gateway.diagnosis import Evidence, diagnose
from picoclaw_tray.gateway.failure_rules import FailureClass
from picoclaw_tray.logs.redaction import Redactor
from picoclaw_tray.system.program_file import explained
from picoclaw_tray.system.traces import Trace, gained
from picoclaw_tray.system.vitals import vitals_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from picoclaw_tray.lifecycle.state import Failure, Process
    from picoclaw_tray.system.traces import Traces

LINES: Final = 50
CHARS: Final = 4000
"""Of the last lines of ``gateway.log``, as much as of those of the output. A panic may be longer:
it is told by its beginning."""

_NO_SECRETS: Final = Redactor()


class Diagnoser:
    """Answers ``Diagnose``; works in one lane."""

    def __init__(self, traces: Traces, errors: Path, program: Callable[[], str]) -> None:
        """Diagnoses nothing yet.

        Args:
            traces: What gateways leave behind.
            errors: The standard error of the last one that was started without a pipe.
            program: Gives the path of what was started last.
        """
        self._traces = traces
        self._errors = errors
        self._program = program

    def diagnose(
        self,
        failure: Failure,
        process: Process | None,
        output: tuple[str, ...],
        redactor: Redactor = _NO_SECRETS,
    ) -> Failure:
        """The same failure, explained as well as anybody can; takes 0.3 s for one that is hung.

        Args:
            failure: With its class and exit code, as far as they are known.
            process: Of the gateway; none if there was none.
            output: The last lines that came through a pipe, secrets masked.
            redactor: Knows the secrets that do not look like some.
        """
        if failure.failure_class == FailureClass.PORT_TAKEN:
            return failure
        if failure.failure_class == FailureClass.NOT_RUNNABLE:
            kind, reason, next_step = explained(self._program(), failure.detail)
            return replace(
                failure, failure_class=kind, reason=reason, next_step=next_step, curable=False
            )
        diagnosis = diagnose(self._evidence(failure, process, output, redactor))
        return replace(
            failure,
            failure_class=diagnosis.failure_class,
            reason=diagnosis.reason,
            detail=diagnosis.detail or failure.detail,
            evidence=diagnosis.output,
            panic=diagnosis.panic,
            next_step=diagnosis.next_step,
            command=diagnosis.command,
            curable=diagnosis.curable,
            by_waiting=diagnosis.by_waiting,
        )

    def _evidence(
        self,
        failure: Failure,
        process: Process | None,
        output: tuple[str, ...],
        redactor: Redactor,
    ) -> Evidence:
        code = failure.exit_code
        hung = failure.failure_class == FailureClass.HUNG
        # First: it may be on its way out, because somebody wants another one.
        vitals = vitals_of(process.key) if hung and process is not None else None
        trace = Trace() if process is None else self._traces.of(process.key)
        if process is None:
            output = ()  # of whatever ran before
        elif not process.has_pipe:
            errors = gained(self._errors, 0) if process.outlives else ()
            output = _masked((*errors, *trace.log), redactor)[-LINES:]
        return Evidence(
            exit_code=code if code is not None and code >= 0 else None,
            signal=-code if code is not None and code < 0 else None,
            output_tail=output,
            panic_tail=_masked(trace.panic, redactor),
            was_ready=failure.was_ready,
            hung=hung,
            vitals=vitals,
            memory=trace.memory,
        )


def _masked(lines: tuple[str, ...], redactor: Redactor) -> tuple[str, ...]:
    """Masked in one piece: a private key has many lines."""
    masked = redactor.mask("\n".join(lines)).splitlines()
    return tuple(line[:CHARS] for line in masked)
