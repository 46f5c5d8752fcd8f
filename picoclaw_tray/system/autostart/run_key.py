r"""The Run key of Windows, and the switch that Task Manager keeps beside it.

Text and bytes are pure; ``RunKey`` works on a small ``Registry``, whose real one is thin.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from picoclaw_tray.presentation.autostart import (
    LoginState,
    LoginStatus,
    not_changed,
    too_long,
    unwritable,
)
from picoclaw_tray.system.autostart.entry import AutostartError, judged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from picoclaw_tray.text import Text

RUN_PATH: Final = r"Software\Microsoft\Windows\CurrentVersion\Run"
APPROVED_PATH: Final = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
LAUNCHER_VALUE: Final = "PicoClawLauncher"
"""Of PicoClaw's own launcher (contract 12.1)."""

LONGEST_COMMAND: Final = 259
"""Windows does not start what is longer (contract 12.3)."""

APPROVED: Final = b"\x02" + bytes(11)
"""What Task Manager writes when it switches something on: no time since when it has been off."""


class Registry(Protocol):
    """The values below the user's own key. All may raise ``OSError``."""

    def read(self, path: str, name: str) -> str | bytes | None:
        """A value of text or of bytes; None if there is none."""

    def write(self, path: str, name: str, value: str | bytes) -> None:
        """Sets a value; makes its key."""

    def delete(self, path: str, name: str) -> None:
        """Removes a value; nothing happens if there is none."""


def command_line(command: Iterable[str]) -> str:
    """Words as the C run-time takes them apart again."""
    return " ".join(map(_quoted, command))


def run_value(command: tuple[str, ...]) -> str:
    """The value that starts ``command``.

    Raises:
        AutostartError: A word has a character that cannot stand there, or it is too long.
    """
    if any(re.search("[\x00-\x1f]", word) for word in command):
        raise AutostartError(unwritable())
    line = command_line(command)
    if len(line) > LONGEST_COMMAND:
        raise AutostartError(too_long(len(line), LONGEST_COMMAND))
    return line


def split_command_line(line: str) -> tuple[str, ...]:
    """The words of a command line, by the rules of the C run-time.

    Backslashes count as such, save before a quote: there two stand for one, and a single one makes
    the quote a letter. The program's name knows no backslashes: no path has quotes.
    """
    program = _PROGRAM.match(line)
    assert program is not None  # it matches anything
    name = program[0].replace('"', "").strip()
    return (name, *_arguments(line[program.end() :])) if name else ()


def is_approved(value: str | bytes | None) -> bool:
    """Whether Task Manager lets it start: its first byte is even, or there is no value."""
    return not isinstance(value, bytes) or not value or value[0] % 2 == 0


class RunKey:
    """A value of the Run key.

    Args:
        registry: The user's.
        name: Of the value.
        command: What it is to start.
    """

    def __init__(self, registry: Registry, name: str, command: tuple[str, ...]) -> None:
        self._registry = registry
        self._name = name
        self._command = command

    def status(self) -> LoginStatus:
        """Reads the value, and Task Manager's switch."""
        launcher = self._is_on(LAUNCHER_VALUE)
        place = rf"HKEY_CURRENT_USER\{RUN_PATH}\{self._name}"
        recorded: tuple[str, ...] = ()
        approved = True
        try:
            line = self._registry.read(RUN_PATH, self._name)
            if line is None:
                return LoginStatus(LoginState.OFF, launcher=launcher)
            if isinstance(line, str):
                recorded = split_command_line(line)
            approved = is_approved(self._registry.read(APPROVED_PATH, self._name))
        except OSError:
            pass
        blocked = "" if approved else rf"HKEY_CURRENT_USER\{APPROVED_PATH}\{self._name}"
        status = judged(recorded, self._command, place=place, blocked=blocked)
        return replace(status, launcher=launcher)

    def enable(self) -> None:
        """Sets the value, and Task Manager's switch where that is off."""
        line = run_value(self._command)
        try:
            self._registry.write(RUN_PATH, self._name, line)
            if not is_approved(self._registry.read(APPROVED_PATH, self._name)):
                self._registry.write(APPROVED_PATH, self._name, APPROVED)
        except OSError as error:
            raise AutostartError(_problem(error)) from error

    def disable(self) -> None:
        """Removes the value, and the switch with it: the next one begins anew."""
        try:
            self._registry.delete(RUN_PATH, self._name)
            self._registry.delete(APPROVED_PATH, self._name)
        except OSError as error:
            raise AutostartError(_problem(error)) from error

    def _is_on(self, name: str) -> bool:
        try:
            return self._registry.read(RUN_PATH, name) is not None and is_approved(
                self._registry.read(APPROVED_PATH, name)
            )
        except OSError:
            return False


_PROGRAM = re.compile(r'\s*(?:"[^"]*(?:"|$)|[^\s"])*', re.ASCII)
_PIECE = re.compile(r'(?P<slashes>\\*)(?P<quote>")|(?P<gap>\s+)|\\+|[^\s"\\]+', re.ASCII)


def _arguments(line: str) -> tuple[str, ...]:
    words: list[str] = []
    word: str | None = None
    is_quoted = False
    for piece in _PIECE.finditer(line):
        if piece["quote"]:
            pairs, single = divmod(len(piece["slashes"]), 2)
            word = (word or "") + "\\" * pairs + '"' * single
            is_quoted ^= not single
        elif piece["gap"] and not is_quoted:
            if word is not None:
                words.append(word)
            word = None
        else:
            word = (word or "") + piece[0]
    return (*words, *(() if word is None else (word,)))


def _problem(error: OSError) -> Text:
    return not_changed(rf"HKEY_CURRENT_USER\{RUN_PATH}", error.strerror or str(error))


def _quoted(word: str) -> str:
    if word and not re.search(r'[\s"]', word):
        return word
    doubled = re.sub(r'(\\*)"', r'\1\1\\"', word)
    return '"' + re.sub(r"(\\+)$", r"\1\1", doubled) + '"'
