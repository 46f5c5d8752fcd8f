"""What the entries of all platforms have in common."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Protocol

from picoclaw_tray.presentation.autostart import (
    LoginState,
    LoginStatus,
    other_command,
    program_gone,
    switched_off,
    unreadable,
)
from picoclaw_tray.presentation.text import render

if TYPE_CHECKING:
    from picoclaw_tray.text import Text


class AutostartError(Exception):
    """An entry could not be changed; ``sentence`` says why."""

    def __init__(self, sentence: Text) -> None:
        super().__init__(render(sentence))
        self.sentence = sentence


class LoginEntry(Protocol):
    """The entry that starts the tray of one home at login; the system is asked each time."""

    def status(self) -> LoginStatus:
        """What the system would do at the next login. Raises nothing that can be expected."""

    def enable(self) -> None:
        """Writes the entry anew, and undoes what the system has switched off.

        Raises:
            AutostartError: It could not be done.
        """

    def disable(self) -> None:
        """Removes the entry; nothing happens if there is none.

        Raises:
            AutostartError: It could not be done.
        """


class Unsupported:
    """Where there is nothing to start, or no place to say so."""

    def __init__(self, reason: Text) -> None:
        self._reason = reason

    def status(self) -> LoginStatus:
        """Says why."""
        return LoginStatus(LoginState.UNSUPPORTED, reason=self._reason)

    def enable(self) -> None:
        """Refuses."""
        raise AutostartError(self._reason)

    def disable(self) -> None:
        """Refuses too: who asks has something else in mind."""
        raise AutostartError(self._reason)


def judged(
    recorded: tuple[str, ...] | None,
    wanted: tuple[str, ...],
    *,
    place: str,
    condition: str = "",
    blocked: str = "",
) -> LoginStatus:
    """The status of an entry that exists; whether a launcher starts too is not known here.

    Args:
        recorded: The command in it; none or empty if that cannot be read.
        wanted: The command that starts us.
        place: Where the entry is.
        condition: Another program without which the system ignores the entry; empty if none.
        blocked: Where the system has switched it off; empty if it has not.
    """
    state, reason = LoginState.ON, None
    programs = (*(recorded or ())[:1], *filter(None, (condition,)))
    gone = next((program for program in programs if not _can_start(program)), None)
    if blocked:
        state, reason = LoginState.BLOCKED, switched_off(blocked)
    elif not recorded:
        state, reason = LoginState.STALE, unreadable(place)
    elif gone is not None:
        state, reason = LoginState.STALE, program_gone(gone)
    elif recorded != wanted:
        state, reason = LoginState.STALE, other_command(recorded)
    return LoginStatus(state, recorded or (), reason)


def _can_start(program: str) -> bool:
    """Whether a session would find it, at its path or by name, and may start it."""
    return shutil.which(program) is not None
