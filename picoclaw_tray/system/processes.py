"""The processes of this computer as values: what they are, whether they live, who descends.

For the lanes only: psutil takes its time to import and to look.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

import psutil

from picoclaw_tray.gateway import log_level
from picoclaw_tray.gateway.command_line import is_gateway_command_line
from picoclaw_tray.gateway.identity import ProcessFacts, Verdict, belongs_to_home, home_of, identify
from picoclaw_tray.gateway.launch import HOME_VARIABLE, home_directory
from picoclaw_tray.system.process_key import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from picoclaw_tray.gateway.command_line import GatewayCommand
    from picoclaw_tray.lifecycle.state import ProcessKey

    _T = TypeVar("_T")

USER_HOME_VARIABLE = "USERPROFILE" if sys.platform == "win32" else "HOME"

_UNREADABLE = (psutil.Error, OSError, ValueError, OverflowError)
_ENDED = {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}


def facts_of(pid: int, home: str) -> ProcessFacts | None:
    """What can be read about a process; None if there is no such process.

    Args:
        pid: any number.
        home: the PicoClaw home it may serve; links in the path do not matter.
    """
    key = key_of(pid)
    if key is None:
        return None
    try:
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None
    except _UNREADABLE:
        return ProcessFacts(pid, key.created, None, zombie=False, argv=None)
    zombie = _is_zombie(process)
    facts = ProcessFacts(
        pid=pid,
        created=key.created,
        started_at=_read(process.create_time),
        zombie=zombie,
        argv=None if zombie else _argv(process),
        in_home=None if zombie else _in_home(process, home),
    )
    # Had the number changed hands meanwhile, these would be the facts of two processes.
    return facts if key_of(pid) == key else None


def home_served_by(pid: int) -> str | None:
    """Which home a gateway serves, absolute and without links; None if it cannot be told."""
    try:
        process = psutil.Process(pid)
    except _UNREADABLE:
        return None
    return home_of(_environ(process), _open_files(process), user_home_variable=USER_HOME_VARIABLE)


def program_of(pid: int) -> tuple[str, tuple[str, ...] | None]:
    """The path of a process's program, empty if it cannot be told, and its argument vector."""
    try:
        process = psutil.Process(pid)
    except _UNREADABLE:
        return "", None
    argv = _argv(process)
    first = argv[0] if argv else ""
    return _read(process.exe) or (first if Path(first).is_absolute() else ""), argv


def forced_log_level(key: ProcessKey) -> str | None:
    """As ``gateway.log_level`` tells it; None also if there is no such process any more."""
    try:
        process = psutil.Process(key.pid)
    except _UNREADABLE:
        return None
    level = log_level.forced_log_level(_argv(process), _read(process.environ))
    return level if key_of(key.pid) == key else None


def is_alive(key: ProcessKey) -> bool:
    """Whether exactly this process still runs; a zombie does not."""
    if key_of(key.pid) != key:
        return False
    try:
        return not _is_zombie(psutil.Process(key.pid)) and key_of(key.pid) == key
    except psutil.Error:
        return False


def survivors(tree: tuple[ProcessKey, ...]) -> tuple[int, ...]:
    """The numbers of those that still run.

    On Unix also of everybody in the sessions that one of the others led: who was started between
    the last look at the descendants and the end of the gateway.
    """
    alive = {key: None for key in tree if is_alive(key)}
    leaders = {key.pid for key in tree if key not in alive and key_of(key.pid) in {key, None}}
    if leaders and sys.platform != "win32":
        alive |= {key: None for key, _, session in _living() if session in leaders}
    return tuple(key.pid for key in alive)


def descendants(key: ProcessKey) -> tuple[ProcessKey, ...]:
    """The living processes that descend from this one; never ourselves.

    On Unix also those of the session that it leads or led, and their descendants: a process whose
    parent died is somebody else's child, but it stays in its session.
    """
    walk = _descendants_on_windows if sys.platform == "win32" else _descendants_on_unix
    return tuple(walk(key))


def gateways_of_home(home: str, command: GatewayCommand) -> tuple[ProcessFacts, ...]:
    """The processes of our user that prove to be gateways of this home, PID file or not."""
    candidates = (facts_of(pid, home) for pid in _pids_like(command))
    return tuple(
        facts
        for facts in candidates
        if facts is not None and identify(None, None, facts, None, command) is Verdict.GATEWAY
    )


def is_our_users(process: psutil.Process) -> bool | None:
    """Whether the process runs as the user that we run as; None if it cannot be told."""
    theirs = _read(process.username)
    return None if theirs is None else theirs == psutil.Process().username()


def _pids_like(command: GatewayCommand) -> Iterator[int]:
    """Those of our user whose command line is a gateway's; the cheap question first."""
    for pid in psutil.pids():
        try:
            process = psutil.Process(pid)
        except _UNREADABLE:
            continue
        if is_gateway_command_line(_argv(process), command) and is_our_users(process):
            yield pid


def _descendants_on_unix(key: ProcessKey) -> Iterator[ProcessKey]:
    """Walks from the process and from the members of its session.

    A number is not given away again while a session bears it. So once another process has it,
    nobody is left in the session that this one led.
    """
    if key_of(key.pid) not in {key, None}:
        return
    ourselves = os.getpid()
    children: defaultdict[int, list[ProcessKey]] = defaultdict(list)
    waiting = []
    for relative, parent, session in _living():
        if relative.pid == ourselves:
            continue
        children[parent].append(relative)
        if session == key.pid:
            waiting.append(relative)
    waiting += children[key.pid]
    seen = {key}
    while waiting:
        relative = waiting.pop()
        if relative not in seen:
            seen.add(relative)
            waiting += children[relative.pid]
            yield relative


def _living() -> Iterator[tuple[ProcessKey, int, int]]:
    """Every process that is no zombie, with its parent and its session."""
    for pid in psutil.pids():
        key = key_of(pid)
        try:
            process = psutil.Process(pid)
            parent, session, zombie = process.ppid(), _session_of(pid), _is_zombie(process)
        except _UNREADABLE:
            continue
        # Parent and session were read of this very process only if it is still there.
        if key is not None and not zombie and key_of(pid) == key:
            yield key, parent, session


def _session_of(pid: int) -> int:
    session = 0  # of nobody
    if sys.platform != "win32":
        session = os.getsid(pid)
    return session


def _descendants_on_windows(key: ProcessKey) -> Iterator[ProcessKey]:
    try:
        process = psutil.Process(key.pid)
        # psutil leaves out children older than their parent: its number was somebody else's.
        children = process.children(recursive=True) if key_of(key.pid) == key else []
    except _UNREADABLE:
        return
    for child in children:
        child_key = key_of(child.pid)
        if child_key is None or child.pid == os.getpid() or _is_console(child):
            continue
        if child.is_running():
            yield child_key


def _is_console(process: psutil.Process) -> bool:
    """Whether it is a console of Windows; that is a child of the program for which it was made."""
    program, *_ = _argv(process) or ("",)
    return PureWindowsPath(program).name.lower() == "conhost.exe"


def _is_zombie(process: psutil.Process) -> bool:
    return _read(process.status) in _ENDED


def _argv(process: psutil.Process) -> tuple[str, ...] | None:
    argv = _read(process.cmdline)
    return None if argv is None else tuple(argv)


def _in_home(process: psutil.Process, home: str) -> bool | None:
    """The answer of ``belongs_to_home``, all paths absolute and without links."""
    return belongs_to_home(_environ(process), _open_files(process), resolved(home))


def _open_files(process: psutil.Process) -> tuple[str, ...]:
    """Empty on Windows, where the environment has to do.

    psutil asks there about every handle of the system. It gives each that does not answer, such as
    a pipe's, a tenth of a second and then ends the thread that asked, whatever that holds.
    """
    files = () if sys.platform == "win32" else _read(process.open_files) or ()
    return tuple(resolved(file.path) for file in files)


def _environ(process: psutil.Process) -> dict[str, str] | None:
    """The one variable that tells the home, so resolved that it can be compared."""
    environ = _read(process.environ)
    if environ is None:
        return None
    user_home = environ.get(USER_HOME_VARIABLE, "")
    if not environ.get(HOME_VARIABLE) and not user_home:
        return {}
    # A relative home is relative to the process, not to us (contract 1.1).
    directory = _read(process.cwd)
    served = Path(home_directory(environ, user_home))
    if not served.is_absolute() and directory is None:
        return {}
    return {HOME_VARIABLE: resolved(str(Path(directory or "") / served))}


def resolved(path: str) -> str:
    """A path, absolute, without links, and in one spelling where the system does not care."""
    return os.path.normcase(os.path.realpath(path))


def _read(question: Callable[[], _T]) -> _T | None:
    """An answer of psutil, None if it has none: no permission, ended meanwhile, odd bytes."""
    try:
        return question()
    except _UNREADABLE:
        return None
