"""One step of a reload, as far as it concerns a person and whoever carries it out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

from picoclaw_tray.logs.redaction import mask
from picoclaw_tray.text import QT_TRANSLATE_NOOP, text

if TYPE_CHECKING:
    from picoclaw_tray.gateway.fingerprint import Fingerprint
    from picoclaw_tray.lifecycle.state import ProcessKey
    from picoclaw_tray.text import Text

_COMPLAINED = QT_TRANSLATE_NOOP(
    "Reload", "The gateway could not take over its configuration and keeps the old one."
)


class ReloadStage(Enum):
    """How far a reload has come."""

    ACCEPTED = "accepted"
    """The gateway has begun; whether it succeeds shows in its log only."""
    DONE = "done"
    FAILED = "failed"
    """The old configuration stays in force."""


@dataclass(frozen=True, slots=True)
class ReloadAnswer:
    """One step of a reload.

    Attributes:
        key: Of the gateway that was asked; none if there is none any more.
        reason: Why it failed.
        detail: PicoClaw's own words, secrets masked.
        next_step: What a person can do.
        fingerprint: Of the config that it was asked to take over.
        log_offset: Where in ``gateway.log`` its complaints would begin, bytes.
    """

    stage: ReloadStage
    key: ProcessKey | None = None
    reason: Text | None = None
    detail: str = ""
    next_step: Text | None = None
    fingerprint: Fingerprint | None = field(default=None, repr=False)
    log_offset: int = 0

    @classmethod
    def nothing(cls) -> ReloadAnswer:
        """The answer of a job that was dropped or broke down."""
        return cls(ReloadStage.FAILED)

    def done(self) -> ReloadAnswer:
        """The gateway has taken over its config."""
        return replace(self, stage=ReloadStage.DONE)

    def failed(self, complaint: str) -> ReloadAnswer:
        """It could not; ``complaint`` is its own."""
        reason = text(_COMPLAINED)
        return replace(self, stage=ReloadStage.FAILED, reason=reason, detail=mask(complaint))
