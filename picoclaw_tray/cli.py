"""The programs: reads the command line, carries out the verb, prints, exits.

Qt is imported only by the verb that needs it.
"""

from __future__ import annotations

import io
import json
import os
import select
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, ParamSpec

from picoclaw_tray import __version__
from picoclaw_tray.arguments import (
    CONSOLE,
    CTRL_C_VERB,
    FIRST_WORDS,
    TRAY,
    completion,
    objection_to,
    parser_of,
    request_of,
)
from picoclaw_tray.remote import Answer, ExitCode, error_answer
from picoclaw_tray.system.frozen import leave_bundle

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence

_P = ParamSpec("_P")

STANDARD_ERROR = 2
INTERRUPTED = 130
"""As a shell says it of a program that a Ctrl+C has ended."""

_NO_DISPLAY = "picoclaw-tray needs a graphical session: neither DISPLAY nor WAYLAND_DISPLAY is set."
_DISPLAYLESS = frozenset({"offscreen", "minimal", "minimalegl", "vnc", "linuxfb", "eglfs"})


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of every program of ours; exits the process."""
    _open_standard_streams()
    leave_bundle(os.environ)
    program = CONSOLE if Path(sys.argv[0]).stem == CONSOLE else TRAY
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        # A copy: on Windows PySide6 puts its own folder into PATH when it is imported.
        status = _main(program, arguments, dict(os.environ))
        sys.stdout.flush()
    except BrokenPipeError:  # who read us has read enough
        _discard_output()
        status = ExitCode.FAILED
    except KeyboardInterrupt:  # who waited has waited enough; what was asked for goes on
        status = INTERRUPTED
    sys.exit(status)


def _main(program: str, arguments: list[str], environ: Mapping[str, str]) -> int:
    if arguments[:1] == [CTRL_C_VERB]:
        return _send_ctrl_c(arguments[1:])
    parser = parser_of(program)
    begins_with_verb = bool(arguments) and arguments[0].partition("=")[0] in FIRST_WORDS
    if program == TRAY and not begins_with_verb:
        arguments = ["run", *arguments]
    elif arguments and arguments[0].startswith("-") and not begins_with_verb:
        parser.error(f"the verb comes first: {program} VERB {arguments[0]}")
    options = parser.parse_args(arguments)
    if options.completion:
        print(completion(program, options.completion))
        return ExitCode.DONE
    if options.verb is None:
        parser.print_help()
        return ExitCode.USAGE
    options.home, options.config = options.home or "", options.config or ""
    if objection := objection_to(options):
        parser.error(objection)
    if options.verb == "run":
        return _run(options, environ)
    if options.verb == "logs":
        return _logs(options, environ)
    try:
        answer = _answer(options, environ)
    except OSError as error:  # a relative path in a working directory that is gone
        answer = _no_place(error)
    return _print_answer(answer, options)


def _answer(options: argparse.Namespace, environ: Mapping[str, str]) -> Answer:
    if options.verb == "version":
        return _version()
    from picoclaw_tray import verbs  # noqa: PLC0415 - the icon need not wait for it

    home, config = options.home, options.config
    match options.verb:
        case "autostart":
            return verbs.autostart(options.action, environ, home=home, config=config)
        case _:
            request = request_of(options)
            return verbs.carry_out(
                request, environ, home=home, config=config, limit_s=options.limit_s
            )


def _logs(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    from picoclaw_tray.log_verb import LogOptions, Voice, logs  # noqa: PLC0415 - as above

    known = {name: getattr(options, name) for name in LogOptions.__slots__ if name in options}
    remark = partial(print, file=sys.stderr, flush=True)
    voice = Voice(_written(sys.stdout.write), _written(_flush), remark)
    try:
        answer = logs(LogOptions(**known), environ, voice)
        voice.flush()
    except BrokenPipeError:
        _discard_output()
        return ExitCode.DONE
    except _UnwritableError as error:
        return _not_written(error.reason)
    except OSError as error:  # as below
        answer = _no_place(error)
    if answer.payload or answer.lines:
        return _print_answer(answer, options)
    return answer.exit_code


class _UnwritableError(Exception):
    """Standard output takes no more."""

    def __init__(self, reason: OSError) -> None:
        super().__init__(reason)
        self.reason = reason


def _written(write: Callable[_P, object]) -> Callable[_P, object]:
    """Tells what cannot be written from what cannot be read."""

    def tell(*args: _P.args, **kwargs: _P.kwargs) -> object:
        try:
            return write(*args, **kwargs)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise _UnwritableError(error) from error

    return tell


def _flush() -> None:
    """Also notices that nobody reads any more while there is nothing to write: ``-f | head``."""
    sys.stdout.flush()
    if sys.platform != "win32":
        poll = select.poll()
        poll.register(sys.stdout.fileno(), 0)
        if any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0)):
            raise BrokenPipeError


def _not_written(error: OSError) -> int:
    _discard_output()
    print(f"The answer could not be written: {error.strerror}.", file=sys.stderr)
    return ExitCode.FAILED


def _version() -> Answer:
    """Ours (contract 10.7); needs nothing that is not in the standard library."""
    return Answer(ExitCode.DONE, {"version": __version__}, (f"picoclaw-tray {__version__}",))


def _print_answer(answer: Answer, options: argparse.Namespace) -> int:
    """Prints it, and returns the exit code: that of ``status --running`` is its own."""
    try:
        _print(answer, as_json=options.json)
    except BrokenPipeError:
        raise
    except OSError as error:
        return _not_written(error)
    asked = getattr(options, "running", False) and answer.exit_code is ExitCode.DONE
    if asked and answer.payload.get("phase") != "running":
        return ExitCode.NOTHING
    return answer.exit_code


def _print(answer: Answer, *, as_json: bool) -> None:
    failed = answer.exit_code is not ExitCode.DONE
    if as_json:
        print(json.dumps(answer.payload))
    else:
        for line in answer.lines:
            print(_printable(line), file=sys.stderr if failed else sys.stdout)
    sys.stdout.flush()


def _discard_output() -> None:
    """What could not be written would be tried again when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _printable(line: str) -> str:
    """What a terminal would obey, a gateway may have printed."""
    return "".join(c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in line)


def _no_place(error: OSError) -> Answer:
    return error_answer(f"picoclaw-tray has no place to work in: {error}")


def _run(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    if not has_display(environ, sys.platform):
        return _print_answer(_without_display(options, environ), options)
    if sys.platform == "win32":
        from picoclaw_tray.system.windows_console import leave_console  # noqa: PLC0415

        leave_console()
    from picoclaw_tray.run import RunOptions, run  # noqa: PLC0415 - Qt is for this verb only
    from picoclaw_tray.system.launch_site import SiteError  # noqa: PLC0415

    known = {name: getattr(options, name) for name in RunOptions.__slots__}
    try:
        answer = run(RunOptions(**known), environ, _say, _give_up)
    except SiteError as error:
        answer = error_answer(f"picoclaw-tray has no place to work in: {error}")
    return _print_answer(answer, options)


def _without_display(options: argparse.Namespace, environ: Mapping[str, str]) -> Answer:
    """Another tray of this home may have one."""
    from picoclaw_tray import verbs  # noqa: PLC0415 - as above
    from picoclaw_tray.system.paths import gateway_place  # noqa: PLC0415 - as above
    from picoclaw_tray.system.rendezvous import tray_pid  # noqa: PLC0415 - as above

    place = gateway_place(environ, options.home, options.config)
    if not options.demo and verbs.show_running(place):
        return verbs.runs_already(tray_pid(place))
    return error_answer(_NO_DISPLAY)


def _say(line: str) -> None:
    """Only to a person: a log that somebody keeps of us stays as it was."""
    if sys.stdout.isatty():
        print(line, flush=True)


def _give_up(reason: str) -> NoReturn:
    """Ends the process from within Qt, which would abort it."""
    print(f"picoclaw-tray cannot use the display. Qt says:\n{reason}", file=sys.stderr, flush=True)
    os._exit(ExitCode.FAILED)


def has_display(environ: Mapping[str, str], platform: str) -> bool:
    """Whether Qt will find one; it would abort with a core dump and a misleading sentence."""
    plugin = environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if platform in {"win32", "darwin"} or plugin in _DISPLAYLESS:
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def _send_ctrl_c(words: list[str]) -> int:
    """The hidden verb behind a graceful stop on Windows."""
    if sys.platform == "win32" and len(words) == 1 and words[0].isdecimal():
        from picoclaw_tray.system.windows_ctrl_c import send_ctrl_c  # noqa: PLC0415

        return send_ctrl_c(int(words[0]))
    print(f"{CTRL_C_VERB}: the tray uses it on Windows, with a process number.", file=sys.stderr)
    return ExitCode.USAGE


def _open_standard_streams() -> None:
    """Makes sure that descriptors 0 to 2 are taken, and that print has somewhere to go.

    Started without them, the next file that is opened would get their numbers, and a child's
    output would end up in it.
    """
    descriptor = os.open(os.devnull, os.O_RDWR)
    while descriptor <= STANDARD_ERROR:
        descriptor = os.open(os.devnull, os.O_RDWR)
    os.close(descriptor)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
