"""Tells when something came, went or was replaced in PicoClaw's folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QFileSystemWatcher, QObject, Signal, Slot

if TYPE_CHECKING:
    from picoclaw_tray.system.paths import GatewayPlace


class HomeWatch(QObject):
    """Watches the folders, not the files: those are replaced by rename (contract 1.3).

    So a new PID file and a changed config are seen at once instead of at the next poll.

    Signals:
        changed(): Perhaps something of interest; look.
    """

    changed = Signal()

    def __init__(self, place: GatewayPlace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folders = sorted({str(place.home), str(place.config.parent)})
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._on_changed)
        self.ensure()

    @Slot()
    def ensure(self) -> None:
        """Watches folders that exist by now; to be called now and then, for they may come late."""
        missing = set(self._folders).difference(self._watcher.directories())
        if missing:
            self._watcher.addPaths(list(missing))

    @Slot()
    def _on_changed(self) -> None:
        self.ensure()
        self.changed.emit()
