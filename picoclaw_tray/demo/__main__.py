"""The stand-in's command line: ``picoclaw-demo-gateway gateway -E``."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

from picoclaw_tray.demo.banner import render_banner
from picoclaw_tray.demo.command_line import (
    Invocation,
    parse_command_line,
    wants_plain_banner,
)
from picoclaw_tray.demo.config import level_from
from picoclaw_tray.demo.journal import Journal
from picoclaw_tray.demo.life import Gateway, StartupError
from picoclaw_tray.demo.output import prepare_streams, print_err, print_out, redirect_stderr
from picoclaw_tray.demo.pid_file import name_this_process
from picoclaw_tray.demo.surroundings import look_around
from picoclaw_tray.demo.switches import UsageError, describe_switches

if TYPE_CHECKING:
    from picoclaw_tray.demo.surroundings import Surroundings

_USAGE = """\
A stand-in for the PicoClaw gateway: it looks like one to a supervisor, and fails on demand.

Usage:
  picoclaw-demo-gateway [--demo-NAME[=VALUE] …] gateway [-E] [-d] [-T] [--host LIST] [--no-color]
  picoclaw-demo-gateway version

Switches, also as PICOCLAW_DEMO=NAME[=VALUE],…:
"""


def main(argv: list[str] | None = None) -> int:
    """Does what the words ask for and returns the exit code.

    A gateway takes over the process for good: its name, its signals, its standard error.
    """
    words = sys.argv[1:] if argv is None else argv
    environ = dict(os.environ)
    prepare_streams()
    print_out(render_banner(environ, plain=wants_plain_banner(words, environ)))
    try:
        invocation = parse_command_line(words, environ)
    except UsageError as error:
        print_err(f"Error: {error}\n")
        return 1
    match invocation.command:
        case "gateway":
            return _run_gateway(invocation, environ)
        case "version":
            print_out(f"🦞 picoclaw {invocation.switches.version}\n  Go: none, this is Python\n")
        case _:
            print_out(f"{_USAGE}{describe_switches()}\n")
    return 0


def _run_gateway(invocation: Invocation, environ: dict[str, str]) -> int:
    around = look_around(invocation, environ)
    _set_first_signals(ignore_stop=around.switches.ignore_sigterm)
    name_this_process()
    logs = around.home / "logs"
    try:
        logs.mkdir(parents=True, exist_ok=True)
        redirect_stderr(logs / "gateway_panic.log")
    except OSError as error:
        print_err(f"Error: {error}\n")
        return 1
    level = level_from(environ.get("PICOCLAW_LOG_LEVEL", ""))
    journal = Journal(logs / "gateway.log", "debug" if invocation.debug else level)
    try:
        Gateway(around, journal).run()
    except StartupError as error:
        _explain(error, around, journal)
        return 1
    return 0


def _explain(error: StartupError, around: Surroundings, journal: Journal) -> None:
    journal.write(
        "error",
        "gateway",
        "Gateway startup failed",
        error=str(error),
        allow_empty=around.invocation.allow_empty,
        config_path=str(around.config_path),
        debug=around.invocation.debug,
        home_path=str(around.home),
    )
    print_err(f"Error: {error}\n")


def _set_first_signals(*, ignore_stop: bool) -> None:
    """Until the handlers come, a signal kills at once, as it does with a Go program."""
    if sys.platform == "win32":
        stop = [signal.SIGINT, signal.SIGBREAK, signal.SIGTERM]
    else:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        stop = [signal.SIGTERM]
    for number in stop:
        signal.signal(number, signal.SIG_IGN if ignore_stop else signal.SIG_DFL)


if __name__ == "__main__":
    sys.exit(main())
