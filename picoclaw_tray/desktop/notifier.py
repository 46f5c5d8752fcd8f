"""Tells a person unasked, and our own log as well."""

from __future__ import annotations

import logging
import math
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from picoclaw_tray.lifecycle.messages import Notice
from picoclaw_tray.presentation.notices import Announcement, announce_notice
from picoclaw_tray.presentation.situation import Situation
from picoclaw_tray.presentation.telling import SUCCESSOR_S, Told, tell
from picoclaw_tray.presentation.text import render

if TYPE_CHECKING:
    from picoclaw_tray.presentation.situation import Surroundings

log = logging.getLogger(__name__)


class Notifier(QObject):
    """Compares each situation with the one that was told last.

    Signals:
        announced(Announcement): To be shown now.
    """

    announced = Signal(Announcement)

    def __init__(
        self,
        surroundings: Surroundings,
        parent: QObject | None = None,
        *,
        patience_s: float = SUCCESSOR_S,
    ) -> None:
        """Knows nothing yet.

        Args:
            surroundings: Of the situations to come.
            parent: Its owner.
            patience_s: How long the notice of an end waits for a successor; more than nothing.
        """
        super().__init__(parent)
        self._told = Told(Situation(surroundings))
        self._patience_s = patience_s
        self._patience = QTimer(self, singleShot=True)
        self._patience.timeout.connect(self._on_patience_over)

    @Slot(Situation)
    def on_situation(self, situation: Situation) -> None:
        """A new situation, perhaps worth telling."""
        now = time.monotonic()
        self._told, announcement = tell(self._told, situation, now, self._patience_s)
        end = self._told.end
        if end is None:
            self._patience.stop()
        elif end.until > now:
            self._patience.start(math.ceil((end.until - now) * 1000))
        if announcement is not None:
            self._announce(announcement)

    @Slot(Notice)
    def on_notice(self, notice: Notice) -> None:
        """A notice of the life cycle."""
        self._announce(announce_notice(notice))

    @Slot()
    def _on_patience_over(self) -> None:
        self.on_situation(self._told.situation)

    def _announce(self, announcement: Announcement) -> None:
        log.info("notice: %s", render(announcement.sentence))
        self.announced.emit(announcement)
