"""Which argument vectors are a gateway's (contract 2.4, rule a; vectors B.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

SUB_COMMANDS = frozenset({"gateway", "g"})
"""The sub-command and its alias; the program compares them case-sensitively."""

_PYTHON = re.compile(r"(?:python|pypy)w?[0-9.]*t?", re.ASCII)
_SHELL = re.compile(r"(?:|a|ba|da|fi|k|mk|z)sh")
# A group of options up to the letter that takes a value: -u, -Es, -X dev, -um module, -c code.
_PYTHON_OPTION = re.compile(r"--.+|-(?!$)[^-XWmc]*(?:([XWmc])(.*))?", re.DOTALL)
_SHELL_OPTION = re.compile(r"--.+|[-+](?!$)[^-oOc]*(?:([oOc])(.*))?", re.DOTALL)
_DRIVE = re.compile(r"[A-Za-z]:/")


@dataclass(frozen=True, slots=True)
class GatewayCommand:
    """The configured gateway: a program and its leading arguments.

    Usually only a program; ``("python", ("-m", "picoclaw_tray.demo"))`` is one too. What is
    appended to start it is not part of it.
    """

    program: str
    arguments: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """Program and arguments as one vector."""
        return (self.program, *self.arguments)


def is_gateway_command_line(argv: tuple[str, ...] | None, command: GatewayCommand) -> bool | None:
    """Whether an argument vector is a gateway's; None if it could not be read.

    An interpreter and its options are taken off. What is left has to begin with a program whose
    name begins with ``picoclaw``, or with the configured command; the first word after it that
    is no option has to be ``gateway`` or ``g``.
    """
    if argv is None:
        return None
    rest = _after_program(_without_interpreter(argv), _without_interpreter(command.words))
    return next((word for word in rest if not word.startswith("-")), None) in SUB_COMMANDS


def mentions_gateway(argv: tuple[str, ...]) -> bool:
    """Whether any argument is the sub-command: perhaps a gateway under a name we do not know."""
    return any(word in SUB_COMMANDS for word in argv[1:])


def without_program(argv: tuple[str, ...]) -> tuple[str, ...]:
    """What follows a gateway's program, whatever its name."""
    words = _without_interpreter(argv)
    return words[2:] if words[:1] == ("-m",) else words[1:]


def is_shell(argv: tuple[str, ...]) -> bool:
    """Whether an argument vector is a shell's."""
    return bool(argv) and _SHELL.fullmatch(program_name(argv[0])) is not None


def program_name(path: str) -> str:
    """The last part of a path, of either kind, in lower case and without ``.exe``."""
    return _comparable(path).rpartition("/")[2].lower()


def _without_interpreter(words: tuple[str, ...]) -> tuple[str, ...]:
    """What an interpreter runs: a script and its arguments, ``-m`` and module, or ``-c`` and code.

    Two paths of the same interpreter must not matter: a virtual environment links to another one,
    and Python starts itself anew under other names on macOS and Windows.
    """
    name = program_name(words[0]) if words else ""
    if _PYTHON.fullmatch(name):
        option = _PYTHON_OPTION
    elif _SHELL.fullmatch(name):
        option = _SHELL_OPTION
    else:
        return words
    rest = words[1:]
    while rest and (match := option.fullmatch(rest[0])):
        letter, value = match.groups()
        if letter in {"m", "c"}:
            return (f"-{letter}", *([value] if value else ()), *rest[1:])
        rest = rest[2 if letter and not value else 1 :]
    return rest[1:] if rest[:1] == ("--",) else rest


def _after_program(words: tuple[str, ...], configured: tuple[str, ...]) -> tuple[str, ...]:
    """What follows the gateway's program; empty if it is another program."""
    if _begins_with(words, configured):
        return words[len(configured) :]
    length = 2 if words[:1] == ("-m",) else 1
    program = program_name(words[length - 1]) if len(words) >= length else ""
    return words[length:] if program.startswith("picoclaw") else ()


def _begins_with(words: tuple[str, ...], configured: tuple[str, ...]) -> bool:
    if not configured or len(words) < len(configured):
        return False
    same_program = _is_same_program(words[0], configured[0])
    return same_program and words[1 : len(configured)] == configured[1:]


def _is_same_program(running: str, configured: str) -> bool:
    """The same path; a bare name, as typed in a shell, may stand for a path."""
    ours, theirs = _comparable(configured), _comparable(running)
    if "/" in ours and "/" in theirs:
        return ours == theirs
    return ours.rpartition("/")[2] == theirs.rpartition("/")[2]


def _comparable(path: str) -> str:
    path = path.replace("\\", "/")
    if _DRIVE.match(path) or path.lower().endswith(".exe"):
        path = path.lower()
    return path.removesuffix(".exe")
