"""The icon in the tray: picture, tooltip and menu."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from picoclaw_tray.desktop.icons import BUSY_FRAME_MS
from picoclaw_tray.desktop.tray_host import TrayHost
from picoclaw_tray.presentation.icon import IconName

if TYPE_CHECKING:
    from collections.abc import Callable

    from picoclaw_tray.desktop.actions import Actions
    from picoclaw_tray.desktop.icons import Icons
    from picoclaw_tray.presentation.notices import Announcement
    from picoclaw_tray.presentation.tray import TrayView
    from picoclaw_tray.text import Text

ATTENTION_MS = 4000
"""So long a StatusNotifierItem shows the icon and text of a message instead of the state."""

HOST_PATIENCE_MS = 10_000
"""At login the panel may come later than we do; after that time a person gets a window instead."""


class Tray(QObject):
    """Shows a ``TrayView``; made anew when a host comes late.

    An icon that was made before its host never appears on StatusNotifierItem desktops, whatever
    ``isVisible`` says, and hiding and showing it does not help; a new object does (measured with
    Qt 6.11). After a restart of the panel an icon that had a host comes back by itself.

    Signals:
        opened(): The icon was clicked: the person wants to see more.
        menu_opening(): The menu is about to be shown; some hosts say so late, or never.
        host_missing(): No host came in time; there may be no icon at all.
        host_appeared(): One came after all.
    """

    opened = Signal()
    menu_opening = Signal()
    host_missing = Signal()
    host_appeared = Signal()

    def __init__(
        self,
        actions: Actions,
        icons: Icons,
        render: Callable[[Text], str],
        parent: QObject | None = None,
        *,
        host_patience_ms: int = HOST_PATIENCE_MS,
    ) -> None:
        super().__init__(parent)
        self._icons = icons
        self._render = render
        self._name: IconName | None = None
        self._frame = 0
        self._tooltip = ""
        self._menu = _menu(actions)  # setContextMenu takes no ownership
        self._menu.aboutToShow.connect(self.menu_opening)
        self._host = TrayHost(self)
        self._host.appeared.connect(self._on_host_appeared)
        self._host.vanished.connect(self._on_host_vanished)
        self._busy = QTimer(self, interval=BUSY_FRAME_MS)
        self._busy.timeout.connect(self._on_next_frame)
        self._patience = QTimer(self, singleShot=True, interval=host_patience_ms)
        self._patience.timeout.connect(self._on_patience_over)
        self._can_appear = False
        self._icon: QSystemTrayIcon | None = None

    def show(self) -> None:
        """Puts the icon into the tray, now or as soon as there is one."""
        self._make_icon()
        if not self._host.is_there():
            self._patience.start()

    def show_view(self, view: TrayView) -> None:
        """Sets what differs."""
        if view.icon is not self._name:
            self._name = view.icon
            self._frame = 0
            self._set_picture()
        heading = f"{self._render(view.title)} · {self._render(view.headline)}"
        reason = () if view.reason is None else (view.reason,)
        lines = map(self._render, (*reason, *view.details, *view.advice))
        tooltip = "\n".join((heading, *lines))
        if tooltip != self._tooltip:
            self._tooltip = tooltip
            if self._icon is not None:
                self._icon.setToolTip(tooltip)

    def notify(self, announcement: Announcement) -> None:
        """Shows a notification, where the desktop has them."""
        if self._icon is None or not QSystemTrayIcon.supportsMessages():
            return
        sentences = filter(None, (announcement.sentence, announcement.next_step))
        body = "\n".join(map(self._render, sentences))
        icon = self._icons.icon(announcement.icon)
        self._icon.showMessage("PicoClaw", body, icon, ATTENTION_MS)

    def close(self) -> None:
        """Takes the icon away."""
        self._busy.stop()
        self._patience.stop()
        if self._icon is not None:
            self._icon.hide()
        self._menu.deleteLater()

    def _make_icon(self) -> None:
        old, self._icon = self._icon, QSystemTrayIcon(self)
        if old is not None:
            old.hide()
            old.deleteLater()
        self._can_appear = TrayHost.takes_icons()
        self._set_picture()
        self._icon.setToolTip(self._tooltip)
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._on_activated)
        self._icon.show()

    def _set_picture(self) -> None:
        if self._icon is None or self._name is None:
            return
        if self._name is IconName.BUSY:
            self._busy.start()
        else:
            self._busy.stop()
        self._icon.setIcon(self._icons.icon(self._name))

    @Slot()
    def _on_next_frame(self) -> None:
        self._frame += 1
        if self._icon is not None:
            self._icon.setIcon(self._icons.busy_frame(self._frame))

    @Slot()
    def _on_host_appeared(self) -> None:
        self._patience.stop()
        if not self._can_appear and self._icon is not None:
            self._make_icon()
        self.host_appeared.emit()

    @Slot()
    def _on_host_vanished(self) -> None:
        """A panel that is restarted is back within the time; its icons come back by themselves."""
        if not self._patience.isActive():
            self._patience.start()

    @Slot()
    def _on_patience_over(self) -> None:
        if not self._host.is_there():
            self.host_missing.emit()

    @Slot(QSystemTrayIcon.ActivationReason)
    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        # On macOS a click opens the menu, as everywhere in its menu bar.
        if reason is QSystemTrayIcon.ActivationReason.Trigger and sys.platform != "darwin":
            self.opened.emit()


def _menu(actions: Actions) -> QMenu:
    menu = QMenu()
    menu.addAction(actions.headline)
    menu.addSeparator()
    menu.addActions([actions.start, actions.start_anyway, actions.stop])
    menu.addActions([actions.restart, actions.reload])
    menu.addSeparator()
    menu.addActions([actions.show_log, actions.open_config, actions.login])
    menu.addMenu(actions.options)
    menu.addAction(actions.about)
    menu.addSeparator()
    menu.addAction(actions.quit)
    return menu
