"""Verbs and exit codes. Qt is imported only by the verb that needs it."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from picoclaw_tray import __version__
from picoclaw_tray.system.frozen import leave_bundle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DONE, FAILED, USAGE = 0, 1, 2
_WITHOUT_VERB = {
    "picoclaw-tray": "Without a verb it means run, whose options follow directly.",
    "picoclaw-trayctl": "Without a verb it prints this help.",
}
STANDARD_ERROR = 2

_NO_DISPLAY = "picoclaw-tray needs a graphical session: neither DISPLAY nor WAYLAND_DISPLAY is set."
_DISPLAYLESS = frozenset({"offscreen", "minimal", "minimalegl", "vnc", "linuxfb", "eglfs"})


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of every program of ours; exits the process."""
    _open_standard_streams()
    leave_bundle(os.environ)
    program = Path(sys.argv[0]).stem
    arguments = list(sys.argv[1:] if argv is None else argv)
    # A copy: on Windows PySide6 puts its own folder into PATH when it is imported.
    sys.exit(_main(program, arguments, dict(os.environ)))


def _main(program: str, arguments: list[str], environ: Mapping[str, str]) -> int:
    console = program == "picoclaw-trayctl"
    parser = _parser("picoclaw-trayctl" if console else "picoclaw-tray")
    if console and not arguments:
        parser.print_help()
        return USAGE
    if not console and (not arguments or arguments[0] not in _FIRST_WORDS):
        arguments = ["run", *arguments]
    if arguments[:1] == [CTRL_C_VERB]:
        return _send_ctrl_c(int(arguments[1]))
    options = parser.parse_args(arguments)
    if options.verb == "run" and options.demo and (options.home or options.config):
        parser.error("--demo has a home of its own: leave out --home and --config")
    match options.verb:
        case "run":
            return _run(options, environ)
        case "version":
            print(f"picoclaw-tray {__version__}")
            return DONE
        case _:
            parser.print_help()
            return USAGE


CTRL_C_VERB = "send-ctrl-c"
"""Hidden: how the tray reaches the gateway's console on Windows (``system.windows_console``)."""

_FIRST_WORDS = frozenset({"run", "version", CTRL_C_VERB, "-h", "--help", "--version"})


def _parser(program: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=program,
        description="Starts, watches and explains a PicoClaw gateway from the system tray.",
        epilog=f"{_WITHOUT_VERB[program]} Exit codes: 0 done, 1 failed, 2 wrong usage.",
    )
    parser.add_argument("--version", action="version", version=f"picoclaw-tray {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    run = verbs.add_parser(
        "run",
        help="put the icon into the tray; start a gateway, or adopt the one that runs",
        description="Puts the icon into the tray; starts a gateway, or adopts the one that runs.",
    )
    run.add_argument("--home", default="", metavar="DIR", help="PicoClaw's home (PICOCLAW_HOME)")
    run.add_argument(
        "--config", default="", metavar="FILE", help="its config file (PICOCLAW_CONFIG)"
    )
    run.add_argument(
        "--no-start",
        dest="start",
        action="store_false",
        help="start no gateway; adopt one that runs all the same",
    )
    run.add_argument(
        "--demo", action="store_true", help="try it on a stand-in gateway; yours is not touched"
    )
    run.add_argument("--debug", action="store_true", help="log more, here and in the gateway")
    verbs.add_parser("version", help="print the version of picoclaw-tray")
    return parser


def _run(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    if not has_display(environ, sys.platform):
        print(_NO_DISPLAY, file=sys.stderr)
        return FAILED
    if sys.platform == "win32":
        from picoclaw_tray.system.windows_console import leave_console  # noqa: PLC0415

        leave_console()
    from picoclaw_tray.app import RunOptions, run  # noqa: PLC0415 - Qt is for this verb only
    from picoclaw_tray.system.launch_site import SiteError  # noqa: PLC0415

    known = {name: getattr(options, name) for name in RunOptions.__slots__}
    try:
        return run(RunOptions(**known), environ, _give_up)
    except SiteError as error:
        print(f"picoclaw-tray has no place to work in: {error}", file=sys.stderr)
        return FAILED


def _give_up(reason: str) -> NoReturn:
    """Ends the process from within Qt, which would abort it."""
    print(f"picoclaw-tray cannot use the display. Qt says:\n{reason}", file=sys.stderr, flush=True)
    os._exit(FAILED)


def has_display(environ: Mapping[str, str], platform: str) -> bool:
    """Whether Qt will find one; it would abort with a core dump and a misleading sentence."""
    plugin = environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if platform in {"win32", "darwin"} or plugin in _DISPLAYLESS:
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def _send_ctrl_c(pid: int) -> int:
    """The hidden verb behind a graceful stop on Windows."""
    if sys.platform == "win32":
        from picoclaw_tray.system.windows_ctrl_c import send_ctrl_c  # noqa: PLC0415

        return send_ctrl_c(pid)
    else:  # noqa: RET505 - mypy for Windows would find what follows unreachable
        print(f"send-ctrl-c {pid}: only Windows needs it.", file=sys.stderr)
        return USAGE


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
