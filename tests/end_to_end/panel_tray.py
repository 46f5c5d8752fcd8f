"""The tray as the panel shows it: its picture, its menu, its tooltip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.end_to_end.tray_program import PATIENCE_S
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QIcon

    from picoclaw_tray.desktop.icons import Icons
    from picoclaw_tray.presentation.icon import IconName
    from tests.support.desktop import Desktop
    from tests.support.status_notifier import Pixmap, TrayItem


class PanelTray:
    """What a person sees of a tray on the panel, and what they can do there."""

    def __init__(self, desktop: Desktop, icons: Icons) -> None:
        self._desktop = desktop
        self._icons = icons

    @property
    def item(self) -> TrayItem:
        """The icon in the panel's tray, once there is one."""
        return self._desktop.tray_item(PATIENCE_S)

    @property
    def headline(self) -> str:
        """The situation in a line, the first of the menu; a long one is cut."""
        return self.item.menu()[0].label

    @property
    def details(self) -> list[str]:
        """The lines of the tooltip but for the first.

        For some seconds after a notification Qt shows that in the tooltip instead.
        """
        return self.item.tooltip.splitlines()[1:]

    @property
    def menu(self) -> dict[str, bool]:
        """Every entry that the menu shows, and whether a person can choose it."""
        shown = (entry for entry in self.item.menu() if entry.label and entry.is_visible)
        return {entry.label: entry.is_enabled for entry in shown}

    def click(self, label: str) -> None:
        """Choose an entry of the menu, as soon as it is there and can be chosen."""
        wait_until(lambda: self.menu.get(label), PATIENCE_S, what=f"{label!r} in the menu")
        self.item.click(label)

    def wait_for(self, headline: str, icon: IconName) -> None:
        """Wait until the first line begins with `headline` and the picture is `icon`, exactly."""
        wait_until(lambda: self.headline.startswith(headline), PATIENCE_S, what=f"{headline!r}")
        wait_until(lambda: self.shows(icon), PATIENCE_S, what=f"the icon {icon.value!r}")

    def shows(self, name: IconName) -> bool:
        """Whether the picture is this one in every size, pixel for pixel."""
        return self._shows_one_of([self._icons.icon(name)])

    def shows_busy(self) -> bool:
        """Whether the picture is a frame of the busy one."""
        return self._shows_one_of(self._icons.busy_frames())

    def _shows_one_of(self, icons: Sequence[QIcon]) -> bool:
        pictures = self.item.pixmaps
        return any(all(_is_of(picture, icon) for picture in pictures) for icon in icons)


def _is_of(picture: Pixmap, icon: QIcon) -> bool:
    expected = icon.pixmap(picture.width, picture.height).toImage()
    return picture.image == expected.convertToFormat(picture.image.format())
