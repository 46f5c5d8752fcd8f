"""Tells at once that a process ended that is not our child, where the system can tell."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot

from picoclaw_tray.system.pidfd import open_pidfd
from picoclaw_tray.system.process_key import key_of

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.state import ProcessKey


class EndWatch(QObject):
    """Watches at most one process, through a pidfd on Linux; elsewhere polling has to do.

    Signals:
        ended(): The watched process ended, or was gone already; once for each process.
    """

    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._key: ProcessKey | None = None
        self._descriptor = -1
        self._notifier: QSocketNotifier | None = None

    def watch(self, key: ProcessKey | None) -> None:
        """Watches this process instead of the one before; none: watches nothing."""
        if key == self._key:
            return
        self._release()
        self._key = key
        if key is None:
            return
        try:
            descriptor = open_pidfd(key.pid)
        except ProcessLookupError:
            self.ended.emit()
            return
        if descriptor is not None:
            self._listen(descriptor, key)

    def _listen(self, descriptor: int, key: ProcessKey) -> None:
        self._descriptor = descriptor
        if key_of(key.pid) != key:  # the number belongs to another process by now
            self._release()
            self.ended.emit()
            return
        self._notifier = QSocketNotifier(self._descriptor, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_readable)

    @Slot()
    def _on_readable(self) -> None:
        self._release()
        self.ended.emit()

    def _release(self) -> None:
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier.deleteLater()
            self._notifier = None
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
