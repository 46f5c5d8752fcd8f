"""Gathers the evidence of a failure and lets ``gateway.diagnosis`` judge it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from picoclaw_tray.gateway.diagnosis import Evidence, diagnose
from picoclaw_tray.gateway.failure_rules import FailureClass
from picoclaw_tray.logs.redaction import mask
from picoclaw_tray.logs.splitter import decode_line
from picoclaw_tray.presentation import obstacles
from picoclaw_tray.system.program_file import explained

if TYPE_CHECKING:
    from collections.abc import Callable

    from picoclaw_tray.lifecycle.state import Failure
    from picoclaw_tray.system.panic_log import PanicLog


class Diagnoser:
    """Answers ``Diagnose``; works in one lane."""

    def __init__(self, panic_log: PanicLog, program: Callable[[], str]) -> None:
        """Diagnoses nothing yet; ``program`` gives the path of what was started last."""
        self._panic_log = panic_log
        self._program = program

    def diagnose(self, failure: Failure, output: tuple[str, ...]) -> Failure:
        """The same failure, explained as well as anybody can.

        Args:
            failure: With its class and exit code, as far as they are known.
            output: The last lines of the gateway, secrets masked.
        """
        if failure.failure_class == FailureClass.PORT_TAKEN:
            return replace(failure, next_step=obstacles.port_next_step())
        if failure.failure_class == FailureClass.NOT_RUNNABLE:
            kind, reason, next_step = explained(self._program(), failure.detail)
            return replace(
                failure, failure_class=kind, reason=reason, next_step=next_step, curable=False
            )
        code = failure.exit_code
        diagnosis = diagnose(
            Evidence(
                exit_code=code if code is not None and code >= 0 else None,
                signal=-code if code is not None and code < 0 else None,
                output_tail=output,
                panic_tail=_masked(self._panic_log.news()),
                was_ready=failure.was_ready,
                hung=failure.failure_class == FailureClass.HUNG,
            )
        )
        return replace(
            failure,
            failure_class=diagnosis.failure_class,
            reason=diagnosis.reason,
            detail=diagnosis.detail or failure.detail,
            evidence=diagnosis.evidence,
            next_step=diagnosis.next_step,
            command=diagnosis.command,
            curable=diagnosis.curable,
            by_waiting=diagnosis.by_waiting,
        )


def _masked(lines: tuple[bytes, ...]) -> tuple[str, ...]:
    """Masked in one piece: a private key has many lines."""
    return tuple(mask("\n".join(map(decode_line, lines))).splitlines())
