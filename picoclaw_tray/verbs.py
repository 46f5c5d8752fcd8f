"""Carries out a verb: asks the running tray, or does without one what can be done without."""

from __future__ import annotations

import shlex
import sys
import time
from typing import TYPE_CHECKING, Final

from picoclaw_tray.remote import Answer, ExitCode, Request, Verb, error_answer
from picoclaw_tray.system.paths import default_home, gateway_place
from picoclaw_tray.system.rendezvous import tray_pid
from picoclaw_tray.system.tray_socket import NoAnswer, NotListening, NoTray, ask, wait_until_gone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal

    from picoclaw_tray.system.paths import GatewayPlace

STATUS_LIMIT_S: Final = 0.6
"""For a tray; one that hangs must not keep anybody from an answer."""

SHOW_LIMIT_S: Final = 2.0

_UNREACHABLE = (
    "The tray (PID {tray}) runs, but no shell can reach it: another file is where its socket"
    " belongs, or there is no room for one. Use its menu."
)


def carry_out(
    request: Request, environ: Mapping[str, str], *, home: str, config: str, limit_s: float
) -> Answer:
    """What comes of a request.

    Args:
        request: What is asked for.
        environ: Of the process.
        home: PicoClaw's home; empty: the environment's, else the usual one.
        config: Likewise its config file.
        limit_s: For everything together; where a tray is late, it is asked once more what it does.
    """
    place = gateway_place(environ, home, config)
    is_status = request.verb is Verb.STATUS
    tray, deadline = tray_pid(place), time.monotonic() + limit_s
    try:
        answer = ask(place, request, limit_s=min(limit_s, STATUS_LIMIT_S) if is_status else limit_s)
    except NoTray:
        return _without_tray(request, place, environ, deadline)
    except (NotListening, NoAnswer) as error:
        tray = tray or tray_pid(place)  # it may have come up since
        if is_status:
            return _status_without_tray(place, environ, deadline, silent_tray=tray)
        if isinstance(error, NotListening):
            return error_answer(_UNREACHABLE.format(tray=tray))
        return _late(place, error, None if time.monotonic() < deadline else limit_s)
    if request.verb is Verb.QUIT and request.wait and answer.exit_code is ExitCode.DONE:
        return _gone(answer, place, tray, deadline)
    return answer


def show_running(place: GatewayPlace) -> bool:
    """Has the tray that runs show its window; false if there is none, or none that would."""
    try:
        return ask(place, Request(Verb.SHOW), limit_s=SHOW_LIMIT_S).exit_code is ExitCode.DONE
    except (NoTray, NotListening, NoAnswer):
        return False


def runs_already(tray: int | None) -> Answer:
    """The answer to ``run`` beside a tray that has shown its window; ``tray`` is its PID."""
    who = f"picoclaw-tray (PID {tray})" if tray else "picoclaw-tray"
    payload = {"status": "ok", "already_running": True, "tray_pid": tray}
    return Answer(ExitCode.DONE, payload, (f"Another {who} runs already and shows its window.",))


def autostart(
    action: Literal["status", "enable", "disable"],
    environ: Mapping[str, str],
    *,
    home: str,
    config: str,
) -> Answer:
    """Start at login: how it is, on, off (contract 10.6)."""
    from picoclaw_tray.presentation.text import render  # noqa: PLC0415 - only this verb needs it
    from picoclaw_tray.system.autostart import autostart_answer  # noqa: PLC0415 - as above
    from picoclaw_tray.system.demo_home import is_demo  # noqa: PLC0415 - as above

    place = gateway_place(environ, home, config)
    answer = autostart_answer(action, place, environ, demo=is_demo(place))
    exit_code = ExitCode.DONE if answer.done else ExitCode.FAILED
    return Answer(exit_code, answer.payload, tuple(map(render, answer.sentences)))


def _late(place: GatewayPlace, error: NoAnswer, limit_s: float | None) -> Answer:
    """What to say without an answer: a tray that is well says how far it has come.

    Args:
        place: Whose tray.
        error: What became of the question.
        limit_s: The time that is over; none if it is not.
    """
    try:
        status = ask(place, Request(Verb.STATUS), limit_s=STATUS_LIMIT_S)
    except (NoTray, NotListening, NoAnswer):
        return error_answer(f"{error} What was asked for may happen all the same.")
    state = status.lines[0] if status.lines else ""
    what = "There was no answer" if limit_s is None else f"Not done within {limit_s:g} s"
    return error_answer(f"{what}; the tray goes on. It says: {state}")


def _without_tray(
    request: Request, place: GatewayPlace, environ: Mapping[str, str], deadline: float
) -> Answer:
    match request.verb:
        case Verb.STATUS:
            return _status_without_tray(place, environ, deadline)
        case Verb.STOP:
            from picoclaw_tray.system import without_tray  # noqa: PLC0415 - imports a good deal
            from picoclaw_tray.system.launch_site import site_of  # noqa: PLC0415 - as above

            return without_tray.stop(
                site_of(place, environ), request, limit_s=deadline - time.monotonic()
            )
        case _:
            start = _spelled(("picoclaw-tray", *_place_flags(place, environ)))
            lines = (f"No tray runs for {place.home}.", f"Start one: {start}")
            payload = {"status": "error", "message": " ".join(lines)}
            return Answer(ExitCode.NOTHING, payload, lines)


def _status_without_tray(
    place: GatewayPlace,
    environ: Mapping[str, str],
    deadline: float,
    *,
    silent_tray: int | None = None,
) -> Answer:
    from picoclaw_tray.system import without_tray  # noqa: PLC0415 - imports a good deal
    from picoclaw_tray.system.launch_site import site_of  # noqa: PLC0415 - as above

    limit_s = max(0.0, deadline - time.monotonic())
    return without_tray.status(site_of(place, environ), limit_s=limit_s, silent_tray=silent_tray)


def _gone(answer: Answer, place: GatewayPlace, pid: int | None, deadline: float) -> Answer:
    """The answer to ``quit``, once the tray has ended."""
    if pid is None or wait_until_gone(place, pid, limit_s=deadline - time.monotonic()):
        return answer
    return error_answer(f"The tray (PID {pid}) has not ended in time.")


def _place_flags(place: GatewayPlace, environ: Mapping[str, str]) -> Sequence[str]:
    words: list[str] = []
    if place.home != default_home(environ):
        words += ["--home", str(place.home)]
    if place.config != place.home / "config.json":
        words += ["--config", str(place.config)]
    return words


def _spelled(words: Sequence[str]) -> str:
    """As a person types it."""
    if sys.platform == "win32":
        from picoclaw_tray.system.autostart.run_key import command_line  # noqa: PLC0415

        return command_line(words)
    else:  # noqa: RET505 - mypy for Windows would find what follows unreachable
        return shlex.join(words)
