"""The actions of the menu; the window's buttons are the very same objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QApplication, QMenu

from picoclaw_tray.lifecycle.policy import OnQuit
from picoclaw_tray.presentation.tray import Wish

if TYPE_CHECKING:
    from collections.abc import Callable

    from picoclaw_tray.presentation.autostart import Tick
    from picoclaw_tray.presentation.tray import Entry, TrayView
    from picoclaw_tray.settings import Settings
    from picoclaw_tray.text import Text

MENU_WIDTH = 60
"""Characters; a failure in a whole sentence would make the menu as wide as the screen."""


class OptionsMenu(QMenu):
    """The settings that are switches; ticked as they are.

    Signals:
        wished(str, object): This setting is to have this value.
        program_wished(): PicoClaw's program is to be chosen.
    """

    wished = Signal(str, object)
    program_wished = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setTitle(self.tr("O&ptions"))
        self.after_crash = self._switch(self.tr("&Restart after a crash"), "restart_after_crash")
        self.when_hung = self._switch(self.tr("Restart when it &hangs"), "restart_when_hung")
        self.addSection(self.tr("When the tray quits"))
        self._group = QActionGroup(self)
        self.on_quit = {
            OnQuit.STOP: self._choice(self.tr("&Stop the gateway"), OnQuit.STOP),
            OnQuit.LEAVE: self._choice(self.tr("&Leave it running"), OnQuit.LEAVE),
            OnQuit.ASK: self._choice(self.tr("&Ask each time"), OnQuit.ASK),
        }
        self.addSeparator()
        program = QAction(self.tr("Choose the picoclaw &program…"), self)
        program.triggered.connect(self._on_program_wished)
        self.addAction(program)

    def show_settings(self, settings: Settings) -> None:
        """Ticks what is set."""
        self.after_crash.setChecked(settings.restart_after_crash)
        self.when_hung.setChecked(settings.restart_when_hung)
        self.on_quit[settings.on_quit].setChecked(True)

    def _switch(self, label: str, key: str) -> QAction:
        action = QAction(label, self, checkable=True)
        action.setData(key)
        action.triggered.connect(self._on_switched)
        self.addAction(action)
        return action

    def _choice(self, label: str, on_quit: OnQuit) -> QAction:
        action = QAction(label, self._group, checkable=True)
        action.setData(on_quit.value)
        action.triggered.connect(self._on_chosen)
        self.addAction(action)
        return action

    @Slot()
    def _on_switched(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.wished.emit(action.data(), action.isChecked())

    @Slot()
    def _on_program_wished(self) -> None:
        self.program_wished.emit()

    @Slot()
    def _on_chosen(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.wished.emit("on_quit", action.data())


class Actions(QObject):
    """Fixed actions whose text and state follow the view.

    Signals:
        wished(Wish): An entry was chosen that asks something of the gateway or the tray.
        login_wished(bool): The tray is to start at login, or no longer.
        setting_wished(str, object): This setting is to have this value.
    """

    wished = Signal(Wish)
    login_wished = Signal(bool)
    setting_wished = Signal(str, object)

    def __init__(self, render: Callable[[Text], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._render = render
        self._calm = QTimer(self, singleShot=True)
        self._calm.timeout.connect(self._on_calm)
        self._may_force = False
        self.headline = QAction(self, enabled=False)
        self.start = self._wishing(Wish.START)
        self.start_anyway = self._wishing(Wish.START_ANYWAY)
        self.start_anyway.setVisible(False)
        self.stop = self._wishing(Wish.STOP)
        self.restart = self._wishing(Wish.RESTART)
        self.reload = self._wishing(Wish.RELOAD)
        self.reload.setVisible(False)
        self.show_log = QAction(self)
        _set_label(self.show_log, self.tr("Show &log"))
        self.open_config = QAction(self)
        _set_label(self.open_config, self.tr("Open &config folder"))
        self.login = QAction(self, checkable=True, enabled=False)
        self.login.triggered.connect(self._on_login_triggered)
        self.options = OptionsMenu()
        self.options.wished.connect(self.setting_wished)
        self.options.menuAction().setIconText(self.options.title())
        self.about = QAction(self)
        _set_label(self.about, self.tr("&About"))
        self.quit = self._wishing(Wish.QUIT)

    def for_window(self) -> tuple[QAction, ...]:
        """What the window shows as buttons: neither itself, nor what nobody may hit unawares."""
        return (
            self.start,
            self.start_anyway,
            self.stop,
            self.restart,
            self.reload,
            self.open_config,
            self.login,
            self.options.menuAction(),
            self.about,
        )

    def close(self) -> None:
        """Takes the submenu away, which belongs to no other widget."""
        self.options.deleteLater()

    def show_view(self, view: TrayView) -> None:
        """Sets what differs: each set property is a message to the panel."""
        headline = _menu_line(self._render(view.menu_line or view.headline))
        if self.headline.text() != headline:
            self.headline.setText(headline)
        self._show_entry(self.start, view.start)
        self._show_entry(self.stop, view.stop)
        self._show_entry(self.restart, view.restart)
        self._show_entry(self.quit, view.quit)
        self._show_if_any(self.start_anyway, view.start_anyway)
        self._show_if_any(self.reload, view.reload)
        if view.login is not None:
            self._show_tick(self.login, view.login)

    def _show_if_any(self, action: QAction, entry: Entry | None) -> None:
        if entry is not None:
            self._show_entry(action, entry)
        if action.isVisible() != (entry is not None):
            action.setVisible(entry is not None)

    def _show_entry(self, action: QAction, entry: Entry) -> None:
        label = self._render(entry.text)
        if action.text() != label:
            _set_label(action, label)
        if action.data() is not entry.wish:
            action.setData(entry.wish)
            if entry.wish is Wish.FORCE_STOP:
                self._calm.start(QApplication.doubleClickInterval())
        if entry.wish is Wish.FORCE_STOP:
            self._may_force = entry.enabled
        enabled = entry.enabled and not self._is_too_soon(entry.wish)
        if action.isEnabled() != enabled:
            action.setEnabled(enabled)

    def _show_tick(self, action: QAction, tick: Tick) -> None:
        label = self._render(tick.text)
        if action.text() != label:
            action.setText(label)
        on_button = f"✓ {label}" if tick.checked else label
        if action.iconText() != on_button:
            action.setIconText(on_button)
        if action.isChecked() != tick.checked:  # a click has set it before anything was done
            action.setChecked(tick.checked)
        if action.isEnabled() != tick.enabled:
            action.setEnabled(tick.enabled)

    def _wishing(self, wish: Wish) -> QAction:
        action = QAction(self)
        action.setData(wish)
        action.triggered.connect(self._on_triggered)
        return action

    @Slot()
    def _on_triggered(self) -> None:
        action = self.sender()
        if not isinstance(action, QAction):
            return
        wish = action.data()
        if not self._is_too_soon(wish):
            self.wished.emit(wish)

    def _is_too_soon(self, wish: Wish) -> bool:
        """Whether it would be the second click of a double click on "Stop"."""
        return wish is Wish.FORCE_STOP and self._calm.isActive()

    @Slot()
    def _on_calm(self) -> None:
        if self.stop.data() is Wish.FORCE_STOP:
            self.stop.setEnabled(self._may_force)

    @Slot()
    def _on_login_triggered(self) -> None:
        self.login_wished.emit(self.login.isChecked())


def _set_label(action: QAction, label: str) -> None:
    """Sets it for menus and for buttons, whose own default has lost the mnemonic."""
    action.setText(label)
    action.setIconText(label)


def _menu_line(sentence: str) -> str:
    """The beginning of a sentence, with no letter taken for a mnemonic."""
    if len(sentence) > MENU_WIDTH:
        sentence = sentence[: MENU_WIDTH - 1].rstrip() + "…"
    return sentence.replace("&", "&&")
