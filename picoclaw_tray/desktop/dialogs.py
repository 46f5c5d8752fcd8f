"""The few small dialogs. None blocks: each opens and answers by a signal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QDir, QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QPushButton, QWidget

from picoclaw_tray import __version__
from picoclaw_tray.desktop.icons import app_icon

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QAction

PROJECT_NAME = "picoclaw-tray"


class Dialogs(QObject):
    """Makes them when they are asked for.

    Signals:
        quit_confirmed(): The person wants the tray to end.
        fate_chosen(bool): The tray is to end; whether the gateway is left running.
        program_chosen(str): This is PicoClaw's program.
    """

    quit_confirmed = Signal()
    fate_chosen = Signal(bool)
    program_chosen = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._about: QMessageBox | None = None
        self._question: QMessageBox | None = None
        self._folder: QMessageBox | None = None
        self._quit: QPushButton | None = None
        self._fate: QMessageBox | None = None
        self._message: QMessageBox | None = None
        self._details: QMessageBox | None = None
        self._programs: QFileDialog | None = None

    def show_about(self, gateway_version: str, log_folder: Path, settings: Path) -> None:
        """Who we are, what we watch, and where our own files are."""
        if self._about is None:
            self._about = self._box(self.tr("About {name}").format(name=PROJECT_NAME))
            self._about.setIconPixmap(app_icon().pixmap(64))
            self._about.setStandardButtons(QMessageBox.StandardButton.Close)
        lines = [self.tr("Starts, watches and explains a PicoClaw gateway.\nMIT licence.")]
        if gateway_version:
            gateway = self.tr("The gateway that runs: PicoClaw {version}")
            lines.append(gateway.format(version=gateway_version))
        lines.append(self.tr("Log of the tray: {folder}").format(folder=log_folder))
        lines.append(self.tr("Settings: {file}").format(file=settings))
        self._about.setText(f"<b>{PROJECT_NAME} {__version__}</b>")
        self._about.setInformativeText("\n".join(lines))
        _raise(self._about)

    def ask_before_last_window_closes(self, parent: QWidget, quit_action: QAction) -> None:
        """Without a tray the window is the only way to the gateway.

        Args:
            parent: The window.
            quit_action: Whose text says what becomes of the gateway.
        """
        if self._question is None:
            self._question = self._box(PROJECT_NAME, parent)
            self._question.setIcon(QMessageBox.Icon.Question)
            self._question.setText(self.tr("Quit picoclaw-tray?"))
            self._question.setInformativeText(
                self.tr(
                    "There is no tray on this desktop. Without this window nothing would show"
                    " how the gateway is."
                )
            )
            buttons = QMessageBox.StandardButton
            self._question.setStandardButtons(buttons.Cancel)
            self._quit = self._question.addButton("", QMessageBox.ButtonRole.AcceptRole)
            self._quit.clicked.connect(self._on_quit)
            self._question.setDefaultButton(buttons.Cancel)
        if self._quit is not None:
            self._quit.setText(quit_action.text())
            self._quit.setEnabled(quit_action.isEnabled())
        _raise(self._question)

    def ask_for_fate(self, parent: QWidget | None) -> None:
        """What becomes of the gateway when the tray quits.

        Args:
            parent: The window, if it is shown.
        """
        if self._fate is None:
            self._fate = self._box(PROJECT_NAME, parent)
            self._fate.setIcon(QMessageBox.Icon.Question)
            self._fate.setText(self.tr("Stop the gateway too?"))
            self._fate.setInformativeText(
                self.tr(
                    "It can run on without this tray. Nobody would restart it after a crash"
                    " until the tray is started again."
                )
            )
            roles = QMessageBox.ButtonRole
            stop = self._fate.addButton(self.tr("&Stop it"), roles.AcceptRole)
            leave = self._fate.addButton(self.tr("&Leave it running"), roles.DestructiveRole)
            self._fate.addButton(QMessageBox.StandardButton.Cancel)
            self._fate.setDefaultButton(stop)
            stop.clicked.connect(self._on_stop_chosen)
            leave.clicked.connect(self._on_leave_chosen)
        _raise(self._fate)

    def show_path(self, path: Path) -> None:
        """Names a file or folder that the desktop could not open."""
        if self._folder is None:
            self._folder = self._box(PROJECT_NAME)
            self._folder.setIcon(QMessageBox.Icon.Information)
            self._folder.setStandardButtons(QMessageBox.StandardButton.Close)
        what = (
            self.tr("This desktop has no program that opens folders.")
            if path.is_dir()
            else self.tr("This desktop has no program that opens this file.")
        )
        self._folder.setText(what)
        self._folder.setInformativeText(str(path))
        _raise(self._folder)

    def show_message(self, sentence: str, *lines: str) -> None:
        """Tells what came of something that was just asked for."""
        self._show_message(QMessageBox.Icon.Information, sentence, *lines)

    def show_problem(self, sentence: str, *lines: str) -> None:
        """Tells that nothing came of it."""
        self._show_message(QMessageBox.Icon.Warning, sentence, *lines)

    def _show_message(self, icon: QMessageBox.Icon, sentence: str, *lines: str) -> None:
        if self._message is None:
            self._message = self._box(PROJECT_NAME)
            self._message.setStandardButtons(QMessageBox.StandardButton.Close)
        self._message.setIcon(icon)
        self._message.setText(sentence)
        self._message.setInformativeText("\n".join(lines))
        _raise(self._message)

    def show_details(self, sentence: str, *lines: str) -> None:
        """Tells what a person may want to look up elsewhere: it can be copied."""
        if self._details is None:
            self._details = self._box(PROJECT_NAME)
            self._details.setIcon(QMessageBox.Icon.Information)
            copy = self._details.addButton(self.tr("&Copy"), QMessageBox.ButtonRole.ActionRole)
            copy.clicked.connect(self._on_copy)
            self._details.setStandardButtons(QMessageBox.StandardButton.Close)
        self._details.setText(sentence)
        self._details.setInformativeText("\n".join(lines))
        _raise(self._details)

    def choose_program(self) -> None:
        """Asks for PicoClaw's program."""
        if self._programs is None:
            self._programs = QFileDialog(None, self.tr("Choose the picoclaw program"))
            self._programs.setDirectory(QDir.homePath())
            self._programs.setFileMode(QFileDialog.FileMode.ExistingFile)
            self._programs.fileSelected.connect(self.program_chosen)
        self._programs.open()
        self._programs.raise_()
        self._programs.activateWindow()

    def _box(self, title: str, parent: QWidget | None = None) -> QMessageBox:
        from PySide6.QtCore import Qt  # noqa: PLC0415 - its enumerations take 15 ms to make

        box = QMessageBox(parent)
        box.setWindowTitle(title)
        box.setWindowIcon(app_icon())
        box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return box

    @Slot()
    def _on_copy(self) -> None:
        if self._details is not None:
            QGuiApplication.clipboard().setText(self._details.informativeText())

    @Slot()
    def _on_quit(self) -> None:
        self.quit_confirmed.emit()

    @Slot()
    def _on_stop_chosen(self) -> None:
        self.fate_chosen.emit(False)

    @Slot()
    def _on_leave_chosen(self) -> None:
        self.fate_chosen.emit(True)

    def close(self) -> None:
        """Takes them away, before the application goes."""
        boxes = (self._about, self._question, self._folder, self._fate, self._message)
        for box in (*boxes, self._details, self._programs):
            if box is not None:
                box.close()
                box.deleteLater()
        self._about = self._question = self._folder = self._quit = self._fate = None
        self._message = self._details = self._programs = None


def _raise(box: QMessageBox) -> None:
    box.open()
    box.raise_()
    box.activateWindow()
