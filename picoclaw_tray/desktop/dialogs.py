"""The few small dialogs. None blocks: each opens and answers by a signal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from picoclaw_tray import __version__
from picoclaw_tray.desktop.icons import app_icon

if TYPE_CHECKING:
    from pathlib import Path

PROJECT_NAME = "picoclaw-tray"


class Dialogs(QObject):
    """Makes them when they are asked for.

    Signals:
        quit_confirmed(): The person wants the tray to end.
    """

    quit_confirmed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._about: QMessageBox | None = None
        self._question: QMessageBox | None = None

    def show_about(self, gateway_version: str, log_folder: Path) -> None:
        """Who we are, what we watch, and where our own log is."""
        if self._about is None:
            self._about = self._box(self.tr("About {name}").format(name=PROJECT_NAME))
            self._about.setIconPixmap(app_icon().pixmap(64))
            self._about.setStandardButtons(QMessageBox.StandardButton.Close)
        lines = [self.tr("Starts, watches and explains a PicoClaw gateway.\nMIT licence.")]
        if gateway_version:
            gateway = self.tr("The gateway that runs: PicoClaw {version}")
            lines.append(gateway.format(version=gateway_version))
        lines.append(self.tr("Its own log: {folder}").format(folder=log_folder))
        self._about.setText(f"<b>{PROJECT_NAME} {__version__}</b>")
        self._about.setInformativeText("\n".join(lines))
        _raise(self._about)

    def ask_before_last_window_closes(self, parent: QWidget) -> None:
        """Without a tray the window is the only way to the gateway."""
        if self._question is None:
            self._question = self._box(PROJECT_NAME, parent)
            self._question.setIcon(QMessageBox.Icon.Question)
            self._question.setText(self.tr("Quit picoclaw-tray?"))
            self._question.setInformativeText(
                self.tr(
                    "There is no tray on this desktop: without this window nothing would show"
                    " the gateway. A gateway that this program started is stopped."
                )
            )
            buttons = QMessageBox.StandardButton
            self._question.setStandardButtons(buttons.Cancel)
            quit_button = self._question.addButton(
                self.tr("Quit"), QMessageBox.ButtonRole.AcceptRole
            )
            quit_button.clicked.connect(self._on_quit)
        _raise(self._question)

    def _box(self, title: str, parent: QWidget | None = None) -> QMessageBox:
        box = QMessageBox(parent)
        box.setWindowTitle(title)
        box.setWindowIcon(app_icon())
        box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return box

    @Slot()
    def _on_quit(self) -> None:
        self.quit_confirmed.emit()

    def close(self) -> None:
        """Takes them away, before the application goes."""
        for box in (self._about, self._question):
            if box is not None:
                box.close()
                box.deleteLater()
        self._about = self._question = None


def _raise(box: QMessageBox) -> None:
    box.open()
    box.raise_()
    box.activateWindow()
