"""Start at login, for a person and for a script: state, sentences, payload and menu entry."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from picoclaw_tray.presentation.icon import IconName
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from collections.abc import Sequence

_ON = QT_TRANSLATE_NOOP("Login", "The tray starts at your next login.")
_OFF = QT_TRANSLATE_NOOP("Login", "The tray does not start at login.")
_BLOCKED = QT_TRANSLATE_NOOP("Login", "The tray is registered, but does not start at login.")
_STALE = QT_TRANSLATE_NOOP("Login", "What is registered for your login is not this tray.")
_REPAIR = QT_TRANSLATE_NOOP("Login", "Switch it on again to repair that.")
_DEMO = QT_TRANSLATE_NOOP(
    "Login", "The demo cannot start at login: its home is thrown away when it ends."
)
_NO_PLACE = QT_TRANSLATE_NOOP(
    "Login", "This system has no known place for programs that start at login."
)
_UNKNOWN = QT_TRANSLATE_NOOP("Login", "Whether the tray starts at login could not be found out.")
_LAUNCHER = QT_TRANSLATE_NOOP(
    "Login", "PicoClaw’s own launcher starts at login too, and both would look after one gateway."
)
_LAUNCHER_NEXT_STEP = QT_TRANSLATE_NOOP("Login", "Switch one of the two off.")

_NOT_SET_THEN = QT_TRANSLATE_NOOP(
    "Login",
    "PICOCLAW_BINARY, which is set here, is not set at a login: name the program in the settings of"
    " the tray.",
)
_OTHER_COMMAND = QT_TRANSLATE_NOOP("Login", "It would start “{command}”.")
_PROGRAM_GONE = QT_TRANSLATE_NOOP("Login", "The program “{program}” is gone.")
_UNREADABLE = QT_TRANSLATE_NOOP("Login", "The entry “{place}” cannot be read.")
_SWITCHED_OFF = QT_TRANSLATE_NOOP("Login", "The system has switched it off: “{place}”.")
_NOT_CHANGED = QT_TRANSLATE_NOOP(
    "Login", "Start at login could not be changed: {reason} (“{place}”)."
)
_UNWRITABLE = QT_TRANSLATE_NOOP(
    "Login", "Start at login could not be changed: a name has a character that cannot stand there."
)
_TOO_LONG = QT_TRANSLATE_NOOP(
    "Login",
    "Start at login could not be changed: the command is {length} characters long, and Windows"
    " takes {limit}.",
)

_TICK = QT_TRANSLATE_NOOP("Login", "Start at lo&gin")
_TICK_LAUNCHER = QT_TRANSLATE_NOOP("Login", "Start at lo&gin (PicoClaw’s launcher starts too)")
_TICK_BLOCKED = QT_TRANSLATE_NOOP("Login", "Start at lo&gin (switched off by the system)")
_TICK_STALE = QT_TRANSLATE_NOOP("Login", "Start at lo&gin (would not start this tray)")
_TICK_UNSUPPORTED = QT_TRANSLATE_NOOP("Login", "Start at lo&gin (not possible)")
_TICK_DEMO = QT_TRANSLATE_NOOP("Login", "Start at lo&gin (not in the demo)")


class LoginState(StrEnum):
    """What the operating system would do at the next login."""

    ON = "on"
    OFF = "off"
    BLOCKED = "blocked"
    """Registered, and switched off with the system's own means."""
    STALE = "stale"
    """Registered is another command than ours, or one whose program is gone."""
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class LoginStatus:
    """The answer of the operating system at one moment.

    Attributes:
        command: What is registered, word by word; empty if that is nothing, or cannot be read.
        reason: Why it is blocked, stale or unsupported; none otherwise.
        launcher: PicoClaw's own launcher starts at login too.
        problem: Why the change that was asked for last failed; none if it did not.
    """

    state: LoginState
    command: tuple[str, ...] = ()
    reason: Text | None = None
    launcher: bool = False
    problem: Text | None = None

    @classmethod
    def unknown(cls) -> LoginStatus:
        """The answer when asking broke down."""
        return cls(LoginState.UNSUPPORTED, reason=text(_UNKNOWN))


@dataclass(frozen=True, slots=True)
class Tick:
    """A menu entry with a check mark."""

    text: Text
    checked: bool
    enabled: bool


def login_sentences(status: LoginStatus, *, by_variable: bool = False) -> tuple[Text, ...]:
    """What there is to say, in order; a failed change first.

    Args:
        status: How it is.
        by_variable: The gateway is named by a variable that a session does not know.
    """
    said = [status.problem]
    match status.state:
        case LoginState.ON:
            said += [text(_ON), text(_NOT_SET_THEN) if by_variable else None]
        case LoginState.OFF:
            said.append(text(_OFF))
        case LoginState.BLOCKED:
            said += [text(_BLOCKED), status.reason, text(_REPAIR)]
        case LoginState.STALE:
            said += [text(_STALE), status.reason, text(_REPAIR)]
        case LoginState.UNSUPPORTED:
            said = [status.reason]  # a change failed for the same one
        case _:
            assert_never(status.state)
    return (*(sentence for sentence in said if sentence is not None), *launcher_warning(status))


def launcher_warning(status: LoginStatus) -> tuple[Text, ...]:
    """What to say when two supervisors start at login; empty unless both do."""
    if status.state is not LoginState.ON or not status.launcher:
        return ()
    return (text(_LAUNCHER), text(_LAUNCHER_NEXT_STEP))


def login_payload(status: LoginStatus, *, platform: str, message: str) -> dict[str, object]:
    """The answer for a script: contract 10.6 with ``state`` and ``command``.

    Args:
        status: The system's answer.
        platform: As in ``sys.platform``.
        message: The rendered sentences.
    """
    return {
        "enabled": status.state is LoginState.ON,
        "supported": status.state is not LoginState.UNSUPPORTED,
        "platform": "windows" if platform == "win32" else platform,
        "message": message,
        "state": status.state.value,
        "command": list(status.command),
    }


def login_tick(status: LoginStatus | None, *, demo: bool) -> Tick:
    """The menu entry; cannot be chosen as long as nobody has asked the system."""
    if status is None:
        return Tick(text(_TICK), checked=False, enabled=False)
    match status.state:
        case LoginState.ON:
            template = _TICK_LAUNCHER if status.launcher else _TICK
            return Tick(text(template), checked=True, enabled=True)
        case LoginState.OFF:
            return Tick(text(_TICK), checked=False, enabled=True)
        case LoginState.BLOCKED:
            return Tick(text(_TICK_BLOCKED), checked=False, enabled=True)
        case LoginState.STALE:
            return Tick(text(_TICK_STALE), checked=False, enabled=True)
        case LoginState.UNSUPPORTED:
            template = _TICK_DEMO if demo else _TICK_UNSUPPORTED
            return Tick(text(template), checked=False, enabled=False)
        case _:
            assert_never(status.state)


def login_news(
    before: LoginStatus | None, after: LoginStatus | None
) -> tuple[IconName, tuple[Text, ...]] | None:
    """What the step from one answer to the next is worth telling; mostly nothing."""
    if after is None or after is before:
        return None
    if after.problem is not None:
        return IconName.WARNING, (after.problem,)
    if before is not None and before.state is not LoginState.ON and launcher_warning(after):
        return IconName.WARNING, launcher_warning(after)
    return None


# -- reasons and problems, for those who look ------------------------------------------------------


def not_in_the_demo() -> Text:
    """Why the demo cannot start at login."""
    return text(_DEMO)


def no_place() -> Text:
    """Why this system cannot start us."""
    return text(_NO_PLACE)


def other_command(command: Sequence[str]) -> Text:
    """Somebody else's command is registered under our name, or ours from another place."""
    return text(_OTHER_COMMAND, command=" ".join(command))


def program_gone(program: str) -> Text:
    """What is registered cannot be started any more."""
    return text(_PROGRAM_GONE, program=program)


def unreadable(place: str) -> Text:
    """Something is registered that nobody can make sense of."""
    return text(_UNREADABLE, place=place)


def switched_off(place: str) -> Text:
    """Where the system's own switch is."""
    return text(_SWITCHED_OFF, place=place)


def not_changed(place: str, reason: str) -> Text:
    """Why an entry could not be written or removed; the reason in the system's words."""
    return text(_NOT_CHANGED, place=place, reason=reason)


def unwritable() -> Text:
    """A word of the command does not fit into the format of the entry."""
    return text(_UNWRITABLE)


def too_long(length: int, limit: int) -> Text:
    """The command is longer than the system takes."""
    return text(_TOO_LONG, length=length, limit=limit)
