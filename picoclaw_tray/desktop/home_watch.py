"""Tells when something came, went or changed in PicoClaw's folders."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QFileSystemWatcher, QObject, Signal, Slot

from picoclaw_tray.gateway.config_error import SECURITY_FILE

if TYPE_CHECKING:
    from picoclaw_tray.system.paths import GatewayPlace


class HomeWatch(QObject):
    """Watches the folders, for PicoClaw replaces its files by rename (contract 1.3).

    So a new PID file and a changed config are seen at once instead of at the next poll. An editor
    may write into a file instead: the files that a person edits are watched besides.

    Signals:
        changed(): Perhaps something of interest; look.
    """

    changed = Signal()

    def __init__(self, place: GatewayPlace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folders = sorted({str(place.home), str(place.config.parent)})
        self._watcher = QFileSystemWatcher(self)
        self._files = {str(place.config), str(place.config.with_name(SECURITY_FILE))}
        self._watcher.directoryChanged.connect(self._on_changed)
        self._watcher.fileChanged.connect(self._on_changed)
        self.ensure()

    @Slot()
    def ensure(self) -> None:
        """Watches what exists by now; to be called now and then, for it may come late.

        A file that was replaced is another one, and has to be watched anew.
        """
        # Qt complains about what may not be read, and about a folder that is none.
        missing = {
            path
            for path in set(self._folders).difference(self._watcher.directories())
            if os.path.isdir(path) and os.access(path, os.R_OK)  # noqa: PTH112 - never raises
        }
        missing |= {
            path
            for path in self._files.difference(self._watcher.files())
            if os.access(path, os.R_OK)
        }
        if missing:
            self._watcher.addPaths(list(missing))

    @Slot()
    def _on_changed(self) -> None:
        self.ensure()
        self.changed.emit()
