"""What a person can do with the log: one action each, in its menu and by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from picoclaw_tray.desktop.log_export import Form, LogExport
from picoclaw_tray.desktop.save_dialog import SaveDialog, usual_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from picoclaw_tray.desktop.log_view import LogView
    from picoclaw_tray.logs.store import LogStore

_Standard = QKeySequence.StandardKey
_SEPARATOR: Final = None


class LogActions(QObject):
    """The actions of one view; those that concern the store are signals.

    Signals:
        clear_wished(): All lines are to be forgotten.
        folder_wished(): The folder of the gateway's own log is to be opened.
        save_failed(str, str): Path, and why there is no file; the system's words.
        saved(str, int): The file at this path has so many lines.
        lines_missed(int): So many were dropped before they could be copied or saved.
    """

    clear_wished = Signal()
    folder_wished = Signal()
    save_failed = Signal(str, str)
    saved = Signal(str, int)
    lines_missed = Signal(int)

    def __init__(self, view: LogView, window: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self._window = window
        self._log = view.log
        self.copying = LogExport(self)
        self.saving = LogExport(self)
        self._path = self._folder = ""
        self._to_save: tuple[LogStore, Sequence[int]] | None = None
        self.copying.done.connect(self._on_copied)
        self.saving.done.connect(self._on_saved)
        self.saving.failed.connect(self._on_save_failed)
        self.copy = self._action(self.tr("&Copy"), _Standard.Copy, on_log=True)
        self.copy_json = self._action(self.tr("Copy as &JSON"), "Ctrl+Shift+C", on_log=True)
        self.select_all = self._action(self.tr("Select &all"), _Standard.SelectAll, on_log=True)
        self.details = self._action(self.tr("Show &details"), "Ctrl+D", checkable=True)
        self.wrap = self._action(self.tr("&Wrap long lines"), "Alt+Z", checkable=True)
        self.pause = self._action(self.tr("Pa&use"), "Ctrl+P", checkable=True)
        self.newest = self._action(self.tr("Go to the &end and follow"), "Ctrl+End")
        self.zoom_in = self._action(self.tr("&Larger text"), _Standard.ZoomIn, "Ctrl+=")
        self.zoom_out = self._action(self.tr("S&maller text"), _Standard.ZoomOut)
        self.zoom_usual = self._action(self.tr("Usual text si&ze"), "Ctrl+0")
        self.save_visible = self._action(self.tr("&Save what is shown as…"), _Standard.Save)
        self.save_all = self._action(self.tr("Save all lines as…"), "Ctrl+Shift+S")
        self.open_folder = self._action(self.tr("Open the &folder of gateway.log"))
        self.clear = self._action(self.tr("Clear"), "Ctrl+L")
        self._connect()
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._on_context_menu)

    def menu(self, parent: QWidget) -> QMenu:
        """All of them."""
        menu = QMenu(self.tr("&Log"), parent)
        for action in (
            *(self.copy, self.copy_json, self.select_all, self.details, _SEPARATOR),
            *(self.save_visible, self.save_all, self.open_folder, _SEPARATOR),
            *(self.pause, self.newest, self.clear, _SEPARATOR),
            *(self.wrap, self.zoom_in, self.zoom_out, self.zoom_usual),
        ):
            if action is None:
                menu.addSeparator()
            else:
                menu.addAction(action)
        return menu

    def _action(
        self,
        label: str,
        *keys: QKeySequence.StandardKey | str,
        checkable: bool = False,
        on_log: bool = False,
    ) -> QAction:
        """One of them; ``on_log``: its keys mean something else where text is edited."""
        action = QAction(label, self, checkable=checkable)
        sequences = [key if isinstance(key, str) else QKeySequence(key).toString() for key in keys]
        action.setShortcuts([QKeySequence(sequence) for sequence in sequences if sequence])
        if on_log:
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            self._view.addAction(action)
        else:
            self._window.addAction(action)
        return action

    def _connect(self) -> None:
        view = self._view
        self.copy.triggered.connect(self._on_copy)
        self.copy_json.triggered.connect(self._on_copy_json)
        self.select_all.triggered.connect(view.selectAll)
        self.wrap.toggled.connect(view.set_wraps)
        self.pause.toggled.connect(view.set_paused)
        self.newest.triggered.connect(view.show_newest)
        self.zoom_in.triggered.connect(view.text_size.enlarge)
        self.zoom_out.triggered.connect(view.text_size.reduce)
        self.zoom_usual.triggered.connect(view.text_size.reset)
        self.save_visible.triggered.connect(self._on_save_visible)
        self.save_all.triggered.connect(self._on_save_all)
        self.open_folder.triggered.connect(self.folder_wished)
        self.clear.triggered.connect(self.clear_wished)

    @Slot()
    def _on_copy(self) -> None:
        self.copy_lines(self._view.selected_lines(), Form.TEXT)

    @Slot()
    def _on_copy_json(self) -> None:
        self.copy_lines(self._view.selected_lines(), Form.JSON)

    def copy_lines(self, numbers: Iterable[int], form: Form) -> None:
        """Puts lines into the clipboard, long ones whole."""
        self.copying.copy(self._log.store.snapshot(), tuple(numbers), form)

    @Slot()
    def _on_save_visible(self) -> None:
        log = self._log
        shown = tuple(map(log.line_at, range(log.rowCount())))
        self._ask_and_save(self.tr("Save what is shown"), log.store.snapshot(), shown)

    @Slot()
    def _on_save_all(self) -> None:
        store = self._log.store.snapshot()
        numbers = range(store.first, store.end)
        self._ask_and_save(self.tr("Save all lines"), store, numbers)

    def _ask_and_save(self, title: str, store: LogStore, numbers: Sequence[int]) -> None:
        """Saves the lines of this moment, however many come until the path is known."""
        self._to_save = store, numbers
        dialog = SaveDialog(title, self._folder or usual_folder(), self._window)
        dialog.answered.connect(self._on_answered)
        dialog.open()

    @Slot(str, Form)
    def _on_answered(self, path: str, form: Form) -> None:
        asked, self._to_save = self._to_save, None
        if path and asked is not None:
            store, numbers = asked
            store.redactor = self._log.store.redactor  # which may have learned a secret meanwhile
            self._folder = str(Path(path).parent)
            self.save(path, store, numbers, form)

    def save(self, path: str, store: LogStore, numbers: Sequence[int], form: Form) -> None:
        """Writes lines of a snapshot into a file; until it is there, no others can be saved."""
        self._path = path
        self._allow_saving(False)
        self.saving.save(path, store, numbers, form)

    @Slot(int, int)
    def _on_saved(self, lines: int, missing: int) -> None:
        self._allow_saving(True)
        self.saved.emit(self._path, lines)
        self._on_copied(lines, missing)

    @Slot(str)
    def _on_save_failed(self, why: str) -> None:
        self._allow_saving(True)
        self.save_failed.emit(self._path, why)

    def _allow_saving(self, is_allowed: bool) -> None:  # noqa: FBT001 - a setter
        for action in (self.save_visible, self.save_all):
            action.setEnabled(is_allowed)

    @Slot(int, int)
    def _on_copied(self, _lines: int, missing: int) -> None:
        if missing:
            self.lines_missed.emit(missing)

    @Slot(QPoint)
    def _on_context_menu(self, place: QPoint) -> None:
        menu = self.menu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._view.viewport().mapToGlobal(place))
