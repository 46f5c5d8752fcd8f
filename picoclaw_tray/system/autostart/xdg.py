"""The autostart folder of Linux desktops (Desktop Application Autostart and Entry Specifications).

Text and parsing are pure; ``XdgAutostart`` touches the files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from picoclaw_tray.presentation.autostart import (
    LoginState,
    LoginStatus,
    not_changed,
    unwritable,
)
from picoclaw_tray.system.autostart.entry import AutostartError, judged
from picoclaw_tray.system.files import read_bounded, write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from picoclaw_tray.text import Text

LAUNCHER_ENTRY: Final = "picoclaw-web.desktop"
"""Of PicoClaw's own launcher (contract 12.1)."""

_ENTRY_LIMIT = 64 * 1024
_GROUP = "Desktop Entry"
_RESERVED = frozenset("\t \"'\\><~|&;$*?#()`")
_NEVER = re.compile("[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
"""Line ends and other controls; and parts of a name that is not UTF-8, which the format demands."""
_THROUGH_ENV = "/usr/bin/env"
"""Before a program whose path has a ``%``: GLib 2.74 looks for it before it makes one of two."""
_BLANKS = " \t\r\f\v"
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_WORD = re.compile(rf'(?:{_QUOTED.pattern}|[^\s"])++', re.ASCII | re.DOTALL)
_LINE = re.compile(rf"(?:\s*+{_WORD.pattern})*+\s*+", re.ASCII | re.DOTALL)
_ESCAPES = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class DesktopEntry:
    """What of an entry matters to a login.

    Attributes:
        command: Empty if ``Exec`` is missing or malformed.
        switched_off_by: The line for which a desktop does not start it: its own settings write
            some, and the entry may be for other desktops.
        condition: The program without which it is ignored (``TryExec``).
    """

    command: tuple[str, ...]
    switched_off_by: str = ""
    condition: str = ""


def render_entry(command: tuple[str, ...], *, title: str, icon: str) -> str:
    """The desktop entry that starts ``command``, whose first word is a path.

    Raises:
        AutostartError: A word has a character that the format cannot hold.
    """
    if any(_NEVER.search(word) for word in (*command, title, icon)):
        raise AutostartError(unwritable())
    words = (_THROUGH_ENV, *command) if "%" in command[0] else command
    if words is not command and "=" in command[0]:  # which env takes for a variable
        raise AutostartError(unwritable())
    lines = (
        f"[{_GROUP}]",
        "Type=Application",
        f"Name={_escaped(title)}",
        f"Icon={_escaped(icon)}",
        f"Exec={_escaped(' '.join(map(_quoted, words)))}",
        f"TryExec={_escaped(command[0])}",
        "Terminal=false",
        "StartupNotify=false",
        "X-GNOME-Autostart-enabled=true",
    )
    return "\n".join(lines) + "\n"


def parse_entry(content: str, desktops: frozenset[str] = frozenset()) -> DesktopEntry | None:
    """Reads an entry back; None if it is none.

    Args:
        content: Of the file.
        desktops: The names in ``XDG_CURRENT_DESKTOP``; empty if they cannot be told, and whom the
            entry is for then makes no difference.
    """
    values = _values(content)
    if values is None:
        return None
    switched_off_by = ""
    if values.get("Hidden") in {"true", "1"}:  # as GLib reads booleans
        switched_off_by = "Hidden=true"
    elif values.get("X-GNOME-Autostart-enabled") in {"false", "0"}:
        switched_off_by = "X-GNOME-Autostart-enabled=false"
    elif desktops:
        switched_off_by = _not_meant(values, desktops)
    command = _split(_unescaped(values.get("Exec", "")))
    if command[:1] == (_THROUGH_ENV,):
        command = command[1:]
    return DesktopEntry(command, switched_off_by, _unescaped(values.get("TryExec", "")))


class XdgAutostart:
    """A desktop entry in the autostart folder.

    Args:
        path: In ``$XDG_CONFIG_HOME/autostart``.
        command: What it is to start.
        title: For the desktop's own list of such programs.
        icon: Likewise; a path or a name.
        desktops: As for ``parse_entry``.
    """

    def __init__(
        self,
        path: Path,
        command: tuple[str, ...],
        *,
        title: str,
        icon: str,
        desktops: frozenset[str] = frozenset(),
    ) -> None:
        self._path = path
        self._command = command
        self._title = title
        self._icon = icon
        self._desktops = desktops

    def status(self) -> LoginStatus:
        """Reads the entry."""
        launcher = self._has_launcher()
        try:
            entry = self._read(self._path)
        except (FileNotFoundError, NotADirectoryError):
            return LoginStatus(LoginState.OFF, launcher=launcher)
        except (OSError, ValueError):
            entry = None
        place = str(self._path)
        blocked = f"{place}, {entry.switched_off_by}" if entry and entry.switched_off_by else ""
        status = judged(
            entry.command if entry else None,
            self._command,
            place=place,
            condition=entry.condition if entry else "",
            blocked=blocked,
        )
        return replace(status, launcher=launcher)

    def enable(self) -> None:
        """Writes the entry; a link in its place is replaced, not followed."""
        content = render_entry(self._command, title=self._title, icon=self._icon)
        try:
            write_private(self._path, content.encode())
        except OSError as error:
            raise AutostartError(_problem(self._path, error)) from error

    def disable(self) -> None:
        """Removes the entry."""
        try:
            self._path.unlink(missing_ok=True)
        except NotADirectoryError:
            pass
        except OSError as error:
            raise AutostartError(_problem(self._path, error)) from error

    def _has_launcher(self) -> bool:
        try:
            entry = self._read(self._path.with_name(LAUNCHER_ENTRY))
        except (OSError, ValueError):
            return False
        return entry is not None and not entry.switched_off_by

    def _read(self, path: Path) -> DesktopEntry | None:
        return parse_entry(read_bounded(path, _ENTRY_LIMIT).decode(), self._desktops)


def _problem(path: Path, error: OSError) -> Text:
    return not_changed(str(path), error.strerror or str(error))


def _quoted(word: str) -> str:
    """One argument of ``Exec``."""
    word = word.replace("%", "%%")
    if word and not _RESERVED.intersection(word):
        return word
    return '"' + re.sub(r'(["`$\\])', r"\\\1", word) + '"'


def _escaped(value: str) -> str:
    """A value of type string; a blank is kept as it is, save where it would be stripped."""
    value = value.replace("\\", "\\\\").replace("\t", "\\t")
    return re.sub("^ ", r"\\s", value)


def _unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), value)


def _values(content: str) -> dict[str, str] | None:
    """The keys of the one group that matters; None if it is not there."""
    values: dict[str, str] = {}
    group = ""
    is_there = False
    for raw in content.split("\n"):
        line = raw.strip(_BLANKS)
        if line.startswith("[") and line.endswith("]"):
            group = line[1:-1]
            is_there |= group == _GROUP
        elif group == _GROUP and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            values[key.rstrip(_BLANKS)] = value.lstrip(_BLANKS)
    return values if is_there else None


def _not_meant(values: Mapping[str, str], desktops: frozenset[str]) -> str:
    """The line by which an entry is not for these desktops; empty if it is."""
    for key, is_for_them in (("OnlyShowIn", True), ("NotShowIn", False)):
        if key in values and bool(desktops & set(values[key].split(";"))) is not is_for_them:
            return f"{key}={values[key]}"
    return ""


def _split(line: str) -> tuple[str, ...]:
    """The arguments of an ``Exec`` line; empty if there are none, or a quote is not closed."""
    if not _LINE.fullmatch(line):
        return ()
    words = (_QUOTED.sub(_plain, found[0]) for found in _WORD.finditer(line))
    return tuple(word.replace("%%", "%") for word in words)


def _plain(quoted: re.Match[str]) -> str:
    return re.sub(r'\\(["`$\\])', r"\1", quoted[1])
