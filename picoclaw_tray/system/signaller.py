"""Ends processes, and only those that were meant: identity is checked at the very call."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, TypeAlias

import psutil

from picoclaw_tray.lifecycle.messages import Kill, Obstacle, Signalled, SignalRefused
from picoclaw_tray.system.pidfd import open_pidfd
from picoclaw_tray.system.processes import descendants, is_alive

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.messages import Terminate
    from picoclaw_tray.lifecycle.state import Process, ProcessKey

log = logging.getLogger(__name__)

Tree: TypeAlias = "tuple[ProcessKey, ...]"

CTRL_C_LIMIT_S = 2.0
"""It takes a quarter of a second; the stop grace runs meanwhile."""


def carry_out(effect: Terminate | Kill) -> Signalled | SignalRefused:
    """Does what the life cycle asks for; the event that tells it what came of that."""
    if isinstance(effect, Kill):
        result = kill(effect.process, effect.tree)
    else:
        result = terminate(effect.process)
    now = time.monotonic()
    if isinstance(result, Obstacle):
        return SignalRefused(now, effect.epoch, result)
    return Signalled(now, effect.epoch, result)


def terminate(process: Process) -> Tree | Obstacle:
    """Asks the process to end; its descendants are its own business until then.

    Returns:
        The descendants that it had before.
    """
    tree = descendants(process.key)
    return _ask_to_end(process.key) or tree


def kill(process: Process, tree: Tree) -> Tree | Obstacle:
    """Ends the process and its descendants.

    Without the process its descendants are ended all the same: they are what is left of it.

    Args:
        process: the gateway.
        tree: the descendants it had when it was asked to end; each is checked again.
    """
    doomed = dict.fromkeys((*tree, *descendants(process.key)))
    obstacle = _freeze(process.key)
    if obstacle is Obstacle.NO_PERMISSION:
        return obstacle
    # Whoever was born between the two looks is found by the session.
    doomed |= dict.fromkeys(descendants(process.key))
    for key in doomed:
        _kill(key)
    if obstacle is None:
        _kill(process.key)
    return obstacle or tuple(doomed)


def _is_meant(key: ProcessKey) -> bool:
    """An empty ``created`` proves nothing; we ourselves are never meant."""
    return bool(key.created) and key.pid != os.getpid() and is_alive(key)


def _send_by_psutil(key: ProcessKey, number: int) -> Obstacle | None:
    """Without a pidfd: psutil looks once more at the creation time before it sends."""
    try:
        process = psutil.Process(key.pid)
    except psutil.NoSuchProcess:
        return Obstacle.NOT_OUR_GATEWAY
    if not _is_meant(key):
        return Obstacle.NOT_OUR_GATEWAY
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return None  # it ended meanwhile
    except (psutil.AccessDenied, PermissionError):
        return Obstacle.NO_PERMISSION
    return None


if sys.platform == "linux":

    def _send(key: ProcessKey, number: int) -> Obstacle | None:
        """Opened before the check, a pidfd means the checked process and never another one."""
        try:
            descriptor = open_pidfd(key.pid)
        except ProcessLookupError:
            return Obstacle.NOT_OUR_GATEWAY
        if descriptor is None:
            return _send_by_psutil(key, number)
        try:
            if not _is_meant(key):
                return Obstacle.NOT_OUR_GATEWAY
            signal.pidfd_send_signal(descriptor, number)
        except ProcessLookupError:
            return None  # it ended meanwhile
        except PermissionError:
            return Obstacle.NO_PERMISSION
        finally:
            os.close(descriptor)
        return None

else:
    _send = _send_by_psutil


if sys.platform == "win32":
    from picoclaw_tray.system.windows_console import CtrlC, ctrl_c_command, program_directory, run
    from picoclaw_tray.system.windows_process import holding

    def _ask_to_end(key: ProcessKey) -> Obstacle | None:
        """Sends a Ctrl+C; where that cannot be done the kill after the grace period remains."""
        with holding(key.pid):
            if not _is_meant(key):
                return Obstacle.NOT_OUR_GATEWAY
            command = ctrl_c_command(key.pid)
            sent = run(command, limit_s=CTRL_C_LIMIT_S, directory=program_directory())
        match sent.code:
            case CtrlC.SENT:
                return None
            case CtrlC.NO_SUCH_PROCESS:
                return Obstacle.NOT_OUR_GATEWAY
            case CtrlC.NO_PERMISSION:
                return Obstacle.NO_PERMISSION
            case _:
                log.warning("no Ctrl+C sent to %d: %s", key.pid, sent)
                return None

    def _kill(key: ProcessKey) -> Obstacle | None:
        return _send(key, signal.SIGTERM)  # psutil makes it TerminateProcess

    _freeze = _kill  # Windows cannot stop a process; what it starts meanwhile is found afterwards

else:

    def _ask_to_end(key: ProcessKey) -> Obstacle | None:
        return _send(key, signal.SIGTERM)

    def _kill(key: ProcessKey) -> Obstacle | None:
        return _send(key, signal.SIGKILL)

    def _freeze(key: ProcessKey) -> Obstacle | None:
        """It is to start nobody any more, and to end last: then its end is the end of all."""
        return _send(key, signal.SIGSTOP)
