"""What can be asked for on the command line, and what it means."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from picoclaw_tray import __version__
from picoclaw_tray.log_arguments import add_log_options, objection_to_logs
from picoclaw_tray.remote import Request, Verb, View

if TYPE_CHECKING:
    from collections.abc import Callable

TRAY, CONSOLE = "picoclaw-tray", "picoclaw-trayctl"

CTRL_C_VERB: Final = "send-ctrl-c"
"""Hidden: how the tray reaches the gateway's console on Windows (``system.windows_console``)."""

COMPLETION: Final = "--print-completion"
SHELLS: Final = ("bash", "zsh", "tcsh")

FIRST_WORDS: Final = frozenset(
    {
        *("status", "start", "stop", "restart", "reload", "quit", "show", "run", "version"),
        *("autostart", "logs", "-h", "--help", "--version", COMPLETION),
    }
)
"""Without one of them the words belong to ``run``."""

DEFAULT_LIMIT_S: Final = 60.0

_DESCRIPTION = "Starts, watches and explains a PicoClaw gateway from the system tray."
_EXIT_CODES = """\
exit codes:
    0  done
    1  failed, or not done in time
    2  wrong usage
    3  nothing to act on: no tray runs, or no gateway to reload;
       with status --running: no gateway runs
    4  not ready: the start was refused, the message says why
  130  interrupted; what was asked for goes on
"""
_EXAMPLES = """\
examples:
  picoclaw-tray                       put the icon into the tray, start the gateway
  picoclaw-trayctl status             how is it?
  picoclaw-trayctl start --anyway     although readiness objects
  picoclaw-trayctl status --running && echo "it runs"
  picoclaw-trayctl stop --json        for a script
  picoclaw-trayctl logs -f --level warn
"""
_WITHOUT_VERB = {
    TRAY: "Without a verb it means run, whose options follow directly.",
    CONSOLE: "Without a verb it prints this help. VERB --help says more about one.",
}
_SAME_IN_ALL = """\
Each verb asks the tray of one PicoClaw home: the one that --home names, else PICOCLAW_HOME,
else ~/.picoclaw.
"""


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Room enough for the longest verb."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=16)


def parser_of(program: str) -> argparse.ArgumentParser:
    """The parser of one of our two programs."""
    parser = argparse.ArgumentParser(
        prog=program,
        formatter_class=_Formatter,
        description=f"{_DESCRIPTION}\n{_WITHOUT_VERB[program]}",
        epilog=f"{_SAME_IN_ALL}\n{_EXAMPLES}\n{_EXIT_CODES}",
    )
    parser.add_argument("--version", action="version", version=f"picoclaw-tray {__version__}")
    parser.add_argument(
        COMPLETION,
        dest="completion",
        choices=SHELLS,
        metavar="SHELL",
        help=f"print a script that completes the verbs in a shell: {', '.join(SHELLS)}",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", title="verbs")

    def verb(name: str, says: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        return verbs.add_parser(
            name,
            help=says,
            description=f"{says[0].upper()}{says[1:]}.",
            epilog=_EXIT_CODES,
            formatter_class=_Formatter,
            parents=parents,
        )

    _add_verbs(verb)
    return parser


def request_of(options: argparse.Namespace) -> Request:
    """What the tray is to be asked."""
    return Request(
        Verb(options.verb),
        anyway=getattr(options, "anyway", False),
        force=getattr(options, "force", False),
        leave=getattr(options, "leave", None),
        view=View(getattr(options, "view", View.LOG.value)),
        wait=getattr(options, "wait", True),
    )


def objection_to(options: argparse.Namespace) -> str:
    """What makes no sense together, and what to do about it; empty if all does."""
    if options.verb == "run" and options.demo and (options.home or options.config):
        return "--demo has a home of its own: leave out --home and --config"
    return objection_to_logs(options) if options.verb == "logs" else ""


def _add_verbs(verb: Callable[..., argparse.ArgumentParser]) -> None:
    place, json_, limit, wait = _place(), _json(), _limit(), _wait()
    asked = (place, json_, limit)
    status = verb("status", "say how the gateway is, and why", *asked)
    status.add_argument("--running", action="store_true", help="exit with 3 if it does not run")
    start = verb("start", "start the gateway and wait until it runs", *asked, wait)
    stop = verb("stop", "stop the gateway and wait for its end", *asked, wait)
    stop.add_argument("--force", action="store_true", help="without letting it finish its work")
    restart = verb(
        "restart", "stop the gateway and start it again, if it could start", *asked, wait
    )
    for starting in (start, restart):
        starting.add_argument(
            "--anyway", action="store_true", help="also where only the readiness check objects"
        )
    verb("reload", "have the gateway take over its configuration", *asked, wait)
    quit_ = verb(
        "quit", "end the tray, and the gateway as set: stopped, if nothing is", *asked, wait
    )
    fate = quit_.add_mutually_exclusive_group()
    fate.add_argument(
        "--stop",
        dest="leave",
        action="store_false",
        default=None,
        help="stop the gateway that it started",
    )
    fate.add_argument(
        "--leave",
        action="store_true",
        default=None,
        help="leave it running, if it was started so that it can outlive the tray",
    )
    show = verb("show", "show a window of the tray", *asked)
    show.add_argument(
        "view",
        nargs="?",
        choices=[view.value for view in View],
        default=View.LOG.value,
        help="which one (default: %(default)s)",
    )
    _add_run(verb("run", "put the icon into the tray; start a gateway, or adopt it", place, json_))
    verb("version", "print the version of picoclaw-tray", *asked)
    add_log_options(verb("logs", "print what the gateway prints or logs", *asked))
    autostart = verb("autostart", "have the tray start at login, or no longer", *asked)
    autostart.add_argument(
        "action", choices=["status", "enable", "disable"], help="what to do about it"
    )


def _add_run(run: argparse.ArgumentParser) -> None:
    run.add_argument(
        "--no-start",
        dest="start",
        action="store_false",
        help="start no gateway; adopt one that runs all the same",
    )
    run.add_argument(
        "--demo", action="store_true", help="try it on a stand-in gateway; yours is not touched"
    )
    run.add_argument(
        "--debug", action="store_true", help="log more, in tray.log and in the gateway"
    )


def _parent() -> argparse.ArgumentParser:
    return argparse.ArgumentParser(add_help=False)


def _place() -> argparse.ArgumentParser:
    parent = _parent()
    home = parent.add_argument(
        "--home", type=_path, metavar="DIR", help="PicoClaw's home (PICOCLAW_HOME)"
    )
    config = parent.add_argument(
        "--config",
        type=_path,
        metavar="FILE",
        help="its config file (PICOCLAW_CONFIG), where no tray runs that has its own",
    )
    home.complete, config.complete = _FOLDER, _FILE  # type: ignore[attr-defined]
    return parent


_FOLDER = {"bash": "_shtab_compgen_dirs", "zsh": "_files -/", "tcsh": "d"}
_FILE = {"bash": "_shtab_compgen_files", "zsh": "_files", "tcsh": "f"}
"""What shtab has the shells complete."""


def _json() -> argparse.ArgumentParser:
    parent = _parent()
    parent.add_argument("--json", action="store_true", help="print one JSON object")
    return parent


def _limit() -> argparse.ArgumentParser:
    parent = _parent()
    parent.add_argument(
        "--timeout",
        dest="limit_s",
        type=_seconds,
        default=DEFAULT_LIMIT_S,
        metavar="SECONDS",
        help="how long to wait at most (default: 60)",
    )
    return parent


def _wait() -> argparse.ArgumentParser:
    parent = _parent()
    parent.add_argument(
        "--no-wait", dest="wait", action="store_false", help="do not wait for the outcome"
    )
    return parent


def _path(word: str) -> str:
    if not word:  # a variable of a shell that is not set: it would mean the usual home
        raise ValueError
    return word


_path.__name__ = "path"


def _seconds(word: str) -> float:
    seconds = float(word)
    if not 0 < seconds < 1e6:  # also refuses nan  # noqa: PLR2004
        raise ValueError
    return seconds


_seconds.__name__ = "number of seconds"


def completion(program: str, shell: str) -> str:
    """A script that has ``shell`` complete our verbs and options."""
    import shtab  # noqa: PLC0415 - only this one needs it

    script: str = shtab.complete(parser_of(program), shell=shell)
    return script
