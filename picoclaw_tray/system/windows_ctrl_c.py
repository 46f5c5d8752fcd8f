"""Sends a Ctrl+C to a gateway's hidden console. To be imported on Windows only.

Runs in a short-lived process of its own: it leaves its console and joins another one.
"""

from __future__ import annotations

import ctypes
import os
import sys
import time
from ctypes import wintypes

from picoclaw_tray.system.process_key import key_of
from picoclaw_tray.system.processes import descendants
from picoclaw_tray.system.windows_console import CtrlC

assert sys.platform == "win32"

CTRL_C_EVENT = 0
ALL_PROCESSES_OF_THE_CONSOLE = 0
ERROR_ACCESS_DENIED = 5

_DELIVERY_S = 0.1
_MANY = 64

_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_kernel32.FreeConsole.argtypes = ()
_kernel32.AttachConsole.argtypes = (wintypes.DWORD,)
_kernel32.GetConsoleProcessList.argtypes = (ctypes.POINTER(wintypes.DWORD), wintypes.DWORD)
_kernel32.GetConsoleProcessList.restype = wintypes.DWORD
_kernel32.SetConsoleCtrlHandler.argtypes = (ctypes.c_void_p, wintypes.BOOL)
_kernel32.GenerateConsoleCtrlEvent.argtypes = (wintypes.DWORD, wintypes.DWORD)


def send_ctrl_c(pid: int) -> int:
    """Sends a Ctrl+C to the console of this process, if only its own tree would get it.

    Returns:
        A ``CtrlC``, the exit status of the process that does this.
    """
    # Without a visible console there is still an invisible one, and one at a time is allowed.
    _kernel32.FreeConsole()
    if not _kernel32.AttachConsole(pid):
        return _why_not(pid, ctypes.get_last_error())
    try:
        return _send_to_tree_of(pid)
    finally:
        _kernel32.FreeConsole()
        _kernel32.SetConsoleCtrlHandler(None, False)


def _send_to_tree_of(pid: int) -> CtrlC:
    key = key_of(pid)
    if key is None:
        return CtrlC.NO_SUCH_PROCESS
    addressed = _processes_of_our_console()
    tree = {pid, os.getpid(), *(member.pid for member in descendants(key))}
    if not addressed or not addressed <= tree:
        return CtrlC.SHARED_CONSOLE
    # We get the event too and ignore it; not earlier, because AttachConsole resets the handlers.
    _kernel32.SetConsoleCtrlHandler(None, True)
    if not _kernel32.GenerateConsoleCtrlEvent(CTRL_C_EVENT, ALL_PROCESSES_OF_THE_CONSOLE):
        return CtrlC.NO_CONSOLE
    time.sleep(_DELIVERY_S)
    return CtrlC.SENT


def _processes_of_our_console() -> set[int]:
    """Empty if they cannot be told. Too small a buffer is not filled, but its size is answered."""
    size = _MANY
    while True:
        buffer = (wintypes.DWORD * size)()
        count = _kernel32.GetConsoleProcessList(buffer, size)
        if count <= size:
            return set(buffer[:count])
        size = 2 * count


def _why_not(pid: int, error: int) -> CtrlC:
    """The error for a process that is gone differs between systems, so it is asked for."""
    if key_of(pid) is None:
        return CtrlC.NO_SUCH_PROCESS
    return CtrlC.NO_PERMISSION if error == ERROR_ACCESS_DENIED else CtrlC.NO_CONSOLE
