"""Asks where lines of the log are to be saved, and as what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QDir, QStandardPaths, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from picoclaw_tray.desktop.log_export import Form

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class SaveDialog(QFileDialog):
    """Goes when it is answered.

    Args:
        title: What is to be saved.
        folder: Where it begins.
        parent: The window, which can do nothing else meanwhile.

    Signals:
        answered(str, Form): The file that was chosen; none if the person thought better of it.
    """

    answered = Signal(str, Form)

    def __init__(self, title: str, folder: str, parent: QWidget) -> None:
        super().__init__(parent, title, folder)
        self._kinds = {
            self.tr("Text (*.log *.txt)"): Form.TEXT,
            self.tr("JSON lines (*.jsonl)"): Form.JSON,
        }
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setNameFilters(list(self._kinds))
        self.selectFile("picoclaw")
        self.setDefaultSuffix("log")
        self.filterSelected.connect(self._on_kind_chosen)
        self.finished.connect(self._on_finished)

    @Slot(str)
    def _on_kind_chosen(self, kind: str) -> None:
        """A name without an extension gets that of the kind."""
        self.setDefaultSuffix("jsonl" if self._kinds[kind] is Form.JSON else "log")

    @Slot(int)
    def _on_finished(self, result: int) -> None:
        (path,) = self.selectedFiles()[:1] if result == QFileDialog.DialogCode.Accepted else ("",)
        is_json = path.endswith((".jsonl", ".json"))
        chosen = self._kinds.get(self.selectedNameFilter(), Form.TEXT)
        self.answered.emit(path, Form.JSON if is_json else chosen)


def usual_folder() -> str:
    """The person's documents, or else their home."""
    documents = QStandardPaths.StandardLocation.DocumentsLocation
    folder = QStandardPaths.writableLocation(documents)
    return folder if folder and QDir(folder).exists() else QDir.homePath()
