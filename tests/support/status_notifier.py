"""The tray as a panel sees it: icons and menus read and clicked over D-Bus, without pixels.

Specifications: StatusNotifierItem of freedesktop.org, and `com.canonical.dbusmenu` for the menu.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jeepney import DBusAddress
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.message_bus import MessageBus

_WATCHER = DBusAddress(
    "/StatusNotifierWatcher", "org.kde.StatusNotifierWatcher", "org.kde.StatusNotifierWatcher"
)
_ITEM = "org.kde.StatusNotifierItem"
_MENU = "com.canonical.dbusmenu"
_ROOT = 0
_ALL_LEVELS = -1


@dataclass(frozen=True, slots=True)
class Pixmap:
    """A picture of an icon: rows of pixels, four bytes each (red, green, blue, alpha)."""

    width: int
    height: int
    rgba: bytes

    @property
    def digest(self) -> str:
        """Equal for equal pictures, short enough to be read in a failure."""
        return hashlib.sha256(self.rgba).hexdigest()[:16]

    @property
    def image(self) -> QImage:
        """The picture for Qt."""
        stride = 4 * self.width
        borrowing = QImage(
            self.rgba, self.width, self.height, stride, QImage.Format.Format_RGBA8888
        )
        return borrowing.convertToFormat(QImage.Format.Format_ARGB32)


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One entry of a menu; `is_checked` is None where the entry cannot be checked."""

    id: int
    label: str
    is_enabled: bool
    is_visible: bool
    is_separator: bool
    is_checked: bool | None
    children: tuple[MenuEntry, ...]

    def walk(self) -> Iterator[MenuEntry]:
        """This entry and all below it, in the order of the menu."""
        yield self
        for child in self.children:
            yield from child.walk()


class TrayItem:
    """One icon in the tray. Every question is asked anew, so the answers are never stale.

    All members raise `DBusErrorResponse` once the program that owns the icon is gone.
    """

    def __init__(self, bus: MessageBus, service: str, path: str) -> None:
        self.service = service
        self._bus = bus
        self._item = DBusAddress(path, service, _ITEM)

    @property
    def id(self) -> str:
        """The program's name for itself; with Qt the application name."""
        return str(self._read("Id"))

    @property
    def title(self) -> str:
        """The name a person would see in a list of icons."""
        return str(self._read("Title"))

    @property
    def status(self) -> str:
        """`Active`, `Passive` or `NeedsAttention`."""
        return str(self._read("Status"))

    @property
    def tooltip(self) -> str:
        """The text of the tooltip; the third of its four fields."""
        return str(self._read("ToolTip")[2])

    @property
    def pixmaps(self) -> tuple[Pixmap, ...]:
        """The icon in every size on offer, the smallest first."""
        pictures = [_pixmap(*fields) for fields in self._read("IconPixmap")]
        return tuple(sorted(pictures, key=lambda picture: picture.width))

    @property
    def icon(self) -> Pixmap:
        """The icon in its largest size."""
        return self.pixmaps[-1]

    def activate(self) -> None:
        """What the panel sends on a left click."""
        self._bus.call(self._item, "Activate", "ii", 0, 0)

    def menu(self) -> tuple[MenuEntry, ...]:
        """The entries of the menu, separators and invisible ones too, as if it were opened."""
        self._bus.call(self._menu, "AboutToShow", "i", _ROOT)
        names: list[str] = []  # none: every property
        _revision, layout = self._bus.call(
            self._menu, "GetLayout", "iias", _ROOT, _ALL_LEVELS, names
        )
        return _entry(layout).children

    def entry(self, label: str) -> MenuEntry:
        """The visible entry with this label, at any depth.

        Raises:
            LookupError: There is none; the message lists the labels there are.
        """
        entries = [entry for top in self.menu() for entry in top.walk() if entry.is_visible]
        for entry in entries:
            if entry.label == label:
                return entry
        labels = [entry.label for entry in entries if not entry.is_separator]
        message = f"No {label!r} in the menu, which offers {labels}"
        raise LookupError(message)

    def click(self, label: str) -> None:
        """Choose the entry with this label, which a person must be able to choose too.

        Raises:
            LookupError: There is no such entry, or it is greyed out.
        """
        entry = self.entry(label)
        if not entry.is_enabled:
            message = f"{label!r} is greyed out"
            raise LookupError(message)
        self._bus.call(self._menu, "Event", "isvu", entry.id, "clicked", ("i", 0), 0)

    @property
    def _menu(self) -> DBusAddress:
        return DBusAddress(self._read("Menu"), self.service, _MENU)

    def _read(self, name: str) -> Any:
        return self._bus.read(self._item, name)


def has_tray(bus: MessageBus) -> bool:
    """Whether there is a watcher with a panel that shows the icons."""
    return bus.is_owned(_WATCHER.bus_name) and bool(
        bus.read(_WATCHER, "IsStatusNotifierHostRegistered")
    )


def tray_items(bus: MessageBus) -> list[TrayItem]:
    """The icons that the watcher knows; none while there is no watcher."""
    if not bus.is_owned(_WATCHER.bus_name):
        return []
    # An item is named "service/path"; Qt names its own by unique name, ":1.7/StatusNotifierItem".
    registered = [
        str(name).partition("/") for name in bus.read(_WATCHER, "RegisteredStatusNotifierItems")
    ]
    return [TrayItem(bus, service, f"/{path}") for service, _, path in registered]


def _pixmap(width: int, height: int, argb: bytes) -> Pixmap:
    rgba = bytearray(len(argb))
    for target, source in enumerate((1, 2, 3, 0)):
        rgba[target::4] = argb[source::4]
    return Pixmap(width, height, bytes(rgba))


def _entry(layout: tuple[int, dict[str, tuple[str, Any]], list[tuple[str, Any]]]) -> MenuEntry:
    entry_id, variants, children = layout
    properties = {name: value for name, (_, value) in variants.items()}
    can_be_checked = bool(properties.get("toggle-type"))
    return MenuEntry(
        id=entry_id,
        label=_without_mnemonics(properties.get("label", "")),
        is_enabled=properties.get("enabled", True),
        is_visible=properties.get("visible", True),
        is_separator=properties.get("type") == "separator",
        is_checked=properties.get("toggle-state") == 1 if can_be_checked else None,
        children=tuple(_entry(child) for _, child in children),
    )


def _without_mnemonics(label: str) -> str:
    """The label as it is shown: `_S` is an underlined S, `__` an underscore."""
    return "_".join(part.replace("_", "") for part in label.split("__"))
