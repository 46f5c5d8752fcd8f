"""Who has the gateway's port, and the sentence for it: nothing is claimed that is not proven."""

from __future__ import annotations

from dataclasses import dataclass

from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

_UNKNOWN = QT_TRANSLATE_NOOP("Obstacle", "Another program uses port {port}.")
_PROGRAM = QT_TRANSLATE_NOOP("Obstacle", "Another program (PID {pid}) uses port {port}.")
_NAMED = QT_TRANSLATE_NOOP("Obstacle", "{name} (PID {pid}) uses port {port}.")
_ANSWERS_LIKE_ONE = QT_TRANSLATE_NOOP(
    "Obstacle",
    "{name} (PID {pid}) uses port {port} and answers as a PicoClaw gateway does; its home cannot be"
    " told.",
)
_SOME_GATEWAY = QT_TRANSLATE_NOOP(
    "Obstacle", "A PicoClaw gateway uses port {port}; its home cannot be told."
)
_GATEWAY = QT_TRANSLATE_NOOP(
    "Obstacle", "A PicoClaw gateway ({who}) uses port {port}; its home cannot be told."
)
_GATEWAY_OF = QT_TRANSLATE_NOOP(
    "Obstacle", "The PicoClaw gateway of the home {home} ({who}) uses port {port}."
)
_GATEWAY_OF_THIS_HOME = QT_TRANSLATE_NOOP(
    "Obstacle", "The PicoClaw gateway of this home ({who}) uses port {port} already."
)
_WHO = QT_TRANSLATE_NOOP("Obstacle", "PID {pid}")
_WHO_BINARY = QT_TRANSLATE_NOOP("Obstacle", "PID {pid}, {binary}")
_WHO_VERSION = QT_TRANSLATE_NOOP("Obstacle", "PID {pid}, version {version}")
_WHO_BOTH = QT_TRANSLATE_NOOP("Obstacle", "PID {pid}, {binary}, version {version}")


@dataclass(frozen=True, slots=True)
class PortHolder:
    """Who has a port. Empty and none: cannot be told.

    Attributes:
        name: Of the program, as the system shows it.
        gateway: It was started as a gateway, or what answers there is one for sure.
        home: That this gateway serves, absolute.
        binary: The path of its program.
        version: Of the gateway, from its PID file.
        answers_like_one: It was not started as a gateway, and answers as one does: it may pass on
            what one in a container says.
        command: Its command line, secrets masked.
        user: Whose it is.
        started: When it was started, in local time.
    """

    pid: int | None = None
    name: str = ""
    gateway: bool = False
    home: str | None = None
    binary: str = ""
    version: str = ""
    answers_like_one: bool = False
    command: str = ""
    user: str = ""
    started: str = ""


_ABOUT = QT_TRANSLATE_NOOP("Port", "Who uses the gateway's port")
_ABOUT_PID = QT_TRANSLATE_NOOP("Port", "PID {pid}")
_ABOUT_NAME = QT_TRANSLATE_NOOP("Port", "Program {name}")
_ABOUT_BINARY = QT_TRANSLATE_NOOP("Port", "File {path}")
_ABOUT_HOME = QT_TRANSLATE_NOOP("Port", "Gateway of the home {path}")
_ABOUT_NO_HOME = QT_TRANSLATE_NOOP("Port", "A gateway; its home cannot be told")
_ABOUT_VERSION = QT_TRANSLATE_NOOP("Port", "Version {version}")
_ABOUT_COMMAND = QT_TRANSLATE_NOOP("Port", "Command line {command}")
_ABOUT_USER = QT_TRANSLATE_NOOP("Port", "User {user}")
_ABOUT_STARTED = QT_TRANSLATE_NOOP("Port", "Started {when}")
_ABOUT_NOTHING = QT_TRANSLATE_NOOP("Port", "This cannot be told: it belongs to another user.")


def about_holder(holder: PortHolder) -> tuple[Text, ...]:
    """A heading, then a line for each thing that is known."""
    lines = []
    if holder.name:
        lines.append(text(_ABOUT_NAME, name=holder.name))
    if holder.pid is not None:
        lines.append(text(_ABOUT_PID, pid=holder.pid))
    if holder.binary:
        lines.append(text(_ABOUT_BINARY, path=holder.binary))
    if holder.command:
        lines.append(text(_ABOUT_COMMAND, command=holder.command))
    if holder.user:
        lines.append(text(_ABOUT_USER, user=holder.user))
    if holder.started:
        lines.append(text(_ABOUT_STARTED, when=holder.started))
    if holder.version:
        lines.append(text(_ABOUT_VERSION, version=holder.version))
    if holder.home is not None:
        lines.append(text(_ABOUT_HOME, path=holder.home))
    elif holder.gateway:
        lines.append(text(_ABOUT_NO_HOME))
    return (text(_ABOUT), *(lines or (text(_ABOUT_NOTHING),)))


def port_taken(port: int, holder: PortHolder, *, this_home: str = "") -> Text:
    """Who sits on our port, as far as it can be told.

    Args:
        port: Ours.
        holder: Who has it.
        this_home: Our own, written as the holder's is.
    """
    if holder.pid is None:
        return text(_SOME_GATEWAY if holder.gateway else _UNKNOWN, port=port)
    if not holder.gateway:
        return _by_program(port, holder.pid, holder)
    who = _who(holder.pid, holder)
    if holder.home is None:
        return text(_GATEWAY, port=port, who=who)
    if holder.home == this_home:
        return text(_GATEWAY_OF_THIS_HOME, port=port, who=who)
    return text(_GATEWAY_OF, port=port, who=who, home=holder.home)


def _by_program(port: int, pid: int, holder: PortHolder) -> Text:
    if not holder.name:
        return text(_PROGRAM, port=port, pid=pid)
    template = _ANSWERS_LIKE_ONE if holder.answers_like_one else _NAMED
    return text(template, port=port, pid=pid, name=holder.name)


def _who(pid: int, holder: PortHolder) -> Text:
    match holder:
        case PortHolder(binary="", version=""):
            return text(_WHO, pid=pid)
        case PortHolder(version=""):
            return text(_WHO_BINARY, pid=pid, binary=holder.binary)
        case PortHolder(binary=""):
            return text(_WHO_VERSION, pid=pid, version=holder.version)
        case _:
            return text(_WHO_BOTH, pid=pid, binary=holder.binary, version=holder.version)
