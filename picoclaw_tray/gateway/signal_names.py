"""What the signals are called that may end a gateway."""

from __future__ import annotations

_NAMES = {
    1: "SIGHUP",
    2: "SIGINT",
    3: "SIGQUIT",
    4: "SIGILL",
    5: "SIGTRAP",
    6: "SIGABRT",
    8: "SIGFPE",
    9: "SIGKILL",
    11: "SIGSEGV",
    13: "SIGPIPE",
    14: "SIGALRM",
    15: "SIGTERM",
}
"""The numbers that all Unix systems share; the others differ."""


def signal_name(number: int) -> str:
    """Such as ``SIGTERM``; the number itself where systems differ."""
    return _NAMES.get(number, str(number))
