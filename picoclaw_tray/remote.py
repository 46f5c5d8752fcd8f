"""What the command line and the running tray say to each other: one line of JSON each way.

A connection carries one request and one answer. The answer is complete: exit code, what ``--json``
prints, and the lines for a person.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_LINE_BYTES: Final = 64 * 1024
"""Of a request; no honest one comes near."""

MAX_ANSWER_BYTES: Final = 4 * 1024 * 1024

Payload: TypeAlias = "Mapping[str, Any]"


class ExitCode(IntEnum):
    """The exit codes of every verb."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NOTHING = 3
    """No tray, no gateway to reload; with ``status --running``: the gateway does not run."""
    NOT_READY = 4
    """The start was refused."""


class Verb(Enum):
    """What a running tray can be asked for."""

    STATUS = "status"
    START = "start"
    STOP = "stop"
    RESTART = "restart"
    RELOAD = "reload"
    QUIT = "quit"
    SHOW = "show"
    LOGS = "logs"
    CLEAR_LOGS = "clear-logs"


class View(Enum):
    """What ``show`` shows."""

    LOG = "log"
    ABOUT = "about"


@dataclass(frozen=True, slots=True)
class Request:
    """One question to the tray.

    Attributes:
        anyway: ``start`` and ``restart`` pass over what readiness alone objects to.
        force: ``stop`` without mercy.
        leave: ``quit`` leaves a gateway running that can outlive the tray; None: as set.
        view: For ``show``.
        wait: Answer at the end, not at once.
        offset: ``logs`` from this line on, as in contract 10.2.
        run_id: Of the run that the offset belongs to.
        every_run: ``logs`` of all runs that are held, with our notes between them.
        before: ``logs`` above the line with this number, as an answer told it; -1: to the end.
    """

    verb: Verb
    anyway: bool = False
    force: bool = False
    leave: bool | None = None
    view: View = View.LOG
    wait: bool = True
    offset: int = 0
    run_id: int = -1
    every_run: bool = False
    before: int = -1


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes of a verb.

    Attributes:
        payload: What ``--json`` prints.
        lines: The same for a person.
    """

    exit_code: ExitCode
    payload: Payload = field(default_factory=dict)
    lines: tuple[str, ...] = ()


class ProtocolError(Exception):
    """A line that is no request, or no answer; the text says why."""


def error_answer(
    message: str, exit_code: ExitCode = ExitCode.FAILED, *lines: str, **more: str | int
) -> Answer:
    """The text errors of contract 10.4 and 10.5; ``lines`` follow the message."""
    return Answer(exit_code, {"status": "error", "message": message, **more}, (message, *lines))


def dump_request(request: Request) -> bytes:
    """The line, with its end."""
    content: dict[str, object] = {"verb": request.verb.value}
    content |= {name: True for name in ("anyway", "force", "every_run") if getattr(request, name)}
    if request.leave is not None:
        content["leave"] = request.leave
    if request.verb is Verb.SHOW:
        content["view"] = request.view.value
    if not request.wait:
        content["wait"] = False
    if request.verb is Verb.LOGS:
        content |= {name: getattr(request, name) for name in ("offset", "run_id", "before")}
    return _line(content)


def parse_request(line: bytes) -> Request:
    """Reads a request; keys it does not know are ignored, so that a newer program may ask more.

    Raises:
        ProtocolError: It is none.
    """
    content = _object(line)
    try:
        verb = Verb(content.get("verb"))
        view = View(content.get("view", View.LOG.value))
    except ValueError as error:
        raise ProtocolError("This tray does not know what it was asked for.") from error
    flags = {name: content.get(name, default) for name, default in _FLAGS.items()}
    leave = content.get("leave")
    if not all(isinstance(flag, bool) for flag in flags.values()) or not isinstance(
        leave, bool | None
    ):
        raise ProtocolError("The request has a flag that is neither true nor false.")
    offset, run_id, before = map(content.get, ("offset", "run_id", "before"))
    return Request(
        verb,
        leave=leave,
        view=view,
        offset=offset if type(offset) is int else 0,  # contract 10.2: what is no number is ignored
        run_id=run_id if type(run_id) is int else -1,
        before=before if type(before) is int else -1,
        **flags,
    )


def dump_answer(answer: Answer) -> bytes:
    """The line, with its end."""
    content = {
        "exit_code": int(answer.exit_code),
        "payload": dict(answer.payload),
        "lines": list(answer.lines),
    }
    return _line(content)


def parse_answer(line: bytes) -> Answer:
    """Reads an answer.

    Raises:
        ProtocolError: It is none.
    """
    match _object(line):
        case {"exit_code": int(code), "payload": dict(payload), "lines": list(lines)} if (
            code in _EXIT_CODES
            and not isinstance(code, bool)
            and all(isinstance(line, str) for line in lines)
        ):
            return Answer(ExitCode(code), payload, tuple(lines))
        case _:
            raise ProtocolError("The answer makes no sense.")


_FLAGS: Final = {"anyway": False, "force": False, "wait": True, "every_run": False}
_EXIT_CODES: Final = frozenset(ExitCode)


def _line(content: object) -> bytes:
    return json.dumps(content).encode() + b"\n"


def _object(line: bytes) -> dict[str, Any]:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("The request is not a line of JSON.") from error
    if not isinstance(content, dict):
        raise ProtocolError("The request is not a JSON object.")
    return content
