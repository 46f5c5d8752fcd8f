"""Sentences for what stands in the way of a start."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from picoclaw_tray.lifecycle.state import Failure
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.state import Place
    from picoclaw_tray.presentation.situation import Outlook

_PORT_NEXT_STEP = QT_TRANSLATE_NOOP(
    "Obstacle", "Stop that program, or set another gateway.port in PicoClaw's configuration."
)
_NO_BINARY = QT_TRANSLATE_NOOP("Obstacle", "The PicoClaw program was not found.")
_NO_BINARY_NEXT_STEP = QT_TRANSLATE_NOOP(
    "Obstacle", "Install PicoClaw, or name its program in the environment variable PICOCLAW_BINARY."
)
_NOT_THERE = QT_TRANSLATE_NOOP("Obstacle", "The gateway program {path} does not exist.")
_NOT_A_FILE = QT_TRANSLATE_NOOP("Obstacle", "The gateway program {path} is not a file.")
_NOT_EXECUTABLE = QT_TRANSLATE_NOOP("Obstacle", "The gateway program {path} is not executable.")
_EMPTY = QT_TRANSLATE_NOOP("Obstacle", "The gateway program {path} is empty.")
_NO_PROGRAM = QT_TRANSLATE_NOOP(
    "Obstacle", "{path} is not a program, although it is marked as executable."
)
_OTHER_COMPUTER = QT_TRANSLATE_NOOP(
    "Obstacle",
    "The gateway program {path} is made for another kind of computer: {made_for}. This one is"
    " {ours}.",
)
_OTHER_COMPUTER_NEXT_STEP = QT_TRANSLATE_NOOP(
    "Obstacle", "Install the PicoClaw that is made for {ours}."
)
_NO_INTERPRETER = QT_TRANSLATE_NOOP(
    "Obstacle", "The gateway program {path} is a script for {interpreter}, which does not exist."
)
_NO_LOADER = QT_TRANSLATE_NOOP(
    "Obstacle",
    "The gateway program {path} needs the loader {loader}, which does not exist: it is made for"
    " another kind of Linux.",
)
_NO_LOADER_NEXT_STEP = QT_TRANSLATE_NOOP(
    "Obstacle", "Install a PicoClaw that is made for this system; its own releases need no loader."
)
_CANNOT_RUN = QT_TRANSLATE_NOOP(
    "Obstacle", "The gateway program {path} cannot be run. The system says: {words}."
)
_CANNOT_RUN_NEXT_STEP = QT_TRANSLATE_NOOP(
    "Obstacle", "Install PicoClaw anew, or name another program in the settings."
)
_NOT_LIKE_PICOCLAW = QT_TRANSLATE_NOOP(
    "Obstacle",
    "{path} does not tell its version as PicoClaw does. If it is another program, name PicoClaw's "
    "own, in the settings or in PICOCLAW_BINARY.",
)
_CHOOSE_NEXT_STEP = QT_TRANSLATE_NOOP(
    "Obstacle", "Name PicoClaw's own program, in the settings or in PICOCLAW_BINARY."
)
_STILL_THERE = QT_TRANSLATE_NOOP(
    "Obstacle", "A gateway of this home is still there (PID {pids}) and does not answer."
)
_STILL_THERE_NEXT_STEP = QT_TRANSLATE_NOOP("Obstacle", "Wait until it ends, or stop it yourself.")

_NO_CONFIG = QT_TRANSLATE_NOOP(
    "Obstacle",
    "There is no configuration at {path}. Without one PicoClaw does not know which model to use.",
)
_NO_CONFIG_NEXT_STEP = QT_TRANSLATE_NOOP(
    "Obstacle", "Run “{command}” in a terminal, or name another home or configuration."
)
_PID_FILE_IN_THE_WAY = QT_TRANSLATE_NOOP(
    "Obstacle",
    "{path} is a folder, a pipe or a device. PicoClaw needs that name for its PID file.",
)
_PID_FILE_NEXT_STEP = QT_TRANSLATE_NOOP("Obstacle", "Remove it, then the gateway can start.")
_HOME_IN_THE_WAY = QT_TRANSLATE_NOOP(
    "Obstacle", "{path} is not a folder. PicoClaw needs one for its home {home}."
)
_HOME_READ_ONLY = QT_TRANSLATE_NOOP(
    "Obstacle", "You may not write in {path}. PicoClaw has to: it keeps its files in {home}."
)
_HOME_NEXT_STEP = QT_TRANSLATE_NOOP(
    "Obstacle", "Change that, or name another home; then the gateway can start."
)
_CONFIG_FILE = QT_TRANSLATE_NOOP("Obstacle", "The file is {path}.")
_CONFIG_PLACE = QT_TRANSLATE_NOOP("Obstacle", "The place is {path}:{line}.")


def no_config(path: str, command: str) -> tuple[Text, Text]:
    """Nothing to start with, and where it was looked for; with the next step."""
    return text(_NO_CONFIG, path=path), text(_NO_CONFIG_NEXT_STEP, command=command)


def pid_file_in_the_way(path: str) -> tuple[Text, Text]:
    """Where the PID file belongs is something else; with the next step."""
    return text(_PID_FILE_IN_THE_WAY, path=path), text(_PID_FILE_NEXT_STEP)


def home_in_the_way(path: str, home: str) -> tuple[Text, Text]:
    """Where the home belongs is something else; with the next step."""
    return text(_HOME_IN_THE_WAY, path=path, home=home), text(_HOME_NEXT_STEP)


def home_read_only(path: str, home: str) -> tuple[Text, Text]:
    """The home, or the folder it would be made in, takes no files; with the next step."""
    return text(_HOME_READ_ONLY, path=path, home=home), text(_HOME_NEXT_STEP)


def config_file(place: Place) -> Text:
    """Where to look at what was found wrong."""
    if place.line is None:
        return text(_CONFIG_FILE, path=place.path)
    return text(_CONFIG_PLACE, path=place.path, line=place.line)


def port_next_step() -> Text:
    """What to do about a taken port."""
    return text(_PORT_NEXT_STEP)


def obstructed(outlook: Outlook, port_owner: Text | None) -> Outlook:
    """The outlook of a start that would find its port taken.

    Args:
        outlook: As it is otherwise; another objection goes first.
        port_owner: Who has the port, in a sentence; none if nobody has.
    """
    if port_owner is None or outlook.objection is not None:
        return outlook
    objection = Failure("port_taken", port_owner, next_step=port_next_step())
    return replace(outlook, objection=objection)


def no_binary() -> tuple[Text, Text]:
    """Nothing to start; with the next step."""
    return text(_NO_BINARY), text(_NO_BINARY_NEXT_STEP)


def binary_not_there(path: str) -> tuple[Text, Text]:
    """The chosen program is missing; with the next step."""
    return text(_NOT_THERE, path=path), text(_CHOOSE_NEXT_STEP)


def binary_not_a_file(path: str) -> tuple[Text, Text]:
    """The chosen program is a folder or a device; with the next step."""
    return text(_NOT_A_FILE, path=path), text(_CHOOSE_NEXT_STEP)


def binary_not_executable(path: str) -> tuple[Text, Text]:
    """The chosen program may not be run; with the next step."""
    return text(_NOT_EXECUTABLE, path=path), text(_CHOOSE_NEXT_STEP)


def binary_empty(path: str) -> tuple[Text, Text]:
    """The chosen program has no content, as after an interrupted download; with the next step."""
    return text(_EMPTY, path=path), text(_CANNOT_RUN_NEXT_STEP)


def binary_no_program(path: str) -> tuple[Text, Text]:
    """The chosen program is a text or a picture; with the next step."""
    return text(_NO_PROGRAM, path=path), text(_CHOOSE_NEXT_STEP)


def binary_for_another_computer(path: str, made_for: str, ours: str) -> tuple[Text, Text]:
    """The chosen program is for another system or processor; with the next step."""
    reason = text(_OTHER_COMPUTER, path=path, made_for=made_for, ours=ours)
    return reason, text(_OTHER_COMPUTER_NEXT_STEP, ours=ours)


def binary_without_interpreter(path: str, interpreter: str) -> tuple[Text, Text]:
    """The chosen program is a script that nothing can read; with the next step."""
    reason = text(_NO_INTERPRETER, path=path, interpreter=interpreter)
    return reason, text(_CHOOSE_NEXT_STEP)


def binary_without_loader(path: str, loader: str) -> tuple[Text, Text]:
    """The chosen program was linked against libraries of another system; with the next step."""
    return text(_NO_LOADER, path=path, loader=loader), text(_NO_LOADER_NEXT_STEP)


def binary_cannot_run(path: str, words: str) -> tuple[Text, Text]:
    """The chosen program looks good, and the system does not run it; with the next step."""
    reason = text(_CANNOT_RUN, path=path, words=words.rstrip("."))
    return reason, text(_CANNOT_RUN_NEXT_STEP)


def not_like_picoclaw(path: str) -> Text:
    """The program may be another one; it is not run with a gateway's arguments to find out."""
    return text(_NOT_LIKE_PICOCLAW, path=path)


def still_there(pids: tuple[int, ...]) -> tuple[Text, Text]:
    """Another gateway of this home, with the next step."""
    return text(_STILL_THERE, pids=", ".join(map(str, pids))), text(_STILL_THERE_NEXT_STEP)
