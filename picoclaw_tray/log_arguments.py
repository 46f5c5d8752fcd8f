"""What the verb ``logs`` can be asked for on the command line."""

from __future__ import annotations

from argparse import SUPPRESS
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable

DEFAULT_LINES: Final = 200
"""As many as PicoClaw's own launcher keeps."""

_LEVELS: Final = ("trace", "debug", "info", "warn", "error", "fatal", "panic")
_OF_LINES: Final = {
    "lines": "-n",
    "follow": "--follow",
    "run": "--run",
    "level": "--level",
    "component": "--component",
    "grep": "--grep",
    "offset": "--offset",
    "run_id": "--run-id",
}


def add_log_options(logs: ArgumentParser) -> None:
    """Tells a parser what there is. What is not asked for is no attribute of the options."""
    logs.add_argument(
        "action",
        nargs="?",
        choices=["show", "clear", "path"],
        default="show",
        help="print lines, have the tray forget them, or say in which files they are"
        " (default: %(default)s)",
    )
    lines = logs.add_argument_group("options of show", argument_default=SUPPRESS)
    lines.add_argument(
        "-n",
        dest="lines",
        type=_count,
        metavar="N",
        help=f"the newest N lines; 0: all there are (default: {DEFAULT_LINES})",
    )
    which = lines.add_mutually_exclusive_group()
    which.add_argument("-f", "--follow", action="store_true", help="go on with what comes")
    lines.add_argument("--level", type=_level, choices=_LEVELS, help="at least this grave")
    lines.add_argument("--component", metavar="C", help="of this component alone")
    lines.add_argument(
        "--grep", metavar="RE", help="entries in which this regular expression is found"
    )
    which.add_argument("--run", type=_run, metavar="N|last", help="a past run, from disk")
    # As in the query of PicoClaw's own launcher: what is no number is passed over.
    lines.add_argument(
        "--offset", type=_number_or(0), metavar="N", help="from line N of the run on"
    )
    lines.add_argument("--run-id", type=_number_or(-1), metavar="ID", help="the run of that offset")


def objection_to_logs(options: Namespace) -> str:
    """What is asked for in vain; empty if nothing is."""
    idle = [option for name, option in _OF_LINES.items() if name in options]
    if options.action == "show" or not idle:
        return ""
    return f"logs {options.action} prints no lines: leave out {', '.join(idle)}"


def _level(word: str) -> str:
    """As PicoClaw takes it."""
    return "warn" if word.lower() == "warning" else word.lower()


def _count(word: str) -> int:
    count = 0 if word == "all" else int(word)
    if count < 0:
        raise ValueError
    return count


_count.__name__ = "number of lines"


def _run(word: str) -> str:
    return "last" if word == "last" else str(int(word))


_run.__name__ = "number of a run, or last"


def _number_or(default: int) -> Callable[[str], int]:
    def number(word: str) -> int:
        try:
            return int(word)
        except ValueError:
            return default

    return number
