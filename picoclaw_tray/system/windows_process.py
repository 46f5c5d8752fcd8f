"""Process handles of Windows. To be imported on Windows only."""

from __future__ import annotations

import ctypes
import sys
from contextlib import contextmanager
from ctypes import wintypes
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

assert sys.platform == "win32"

PROCESS_TERMINATE = 0x0001
PROCESS_SET_QUOTA = 0x0100
PROCESS_QUERY_LIMITED_INFORMATION = 0x1000

_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_kernel32.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
_kernel32.OpenProcess.restype = wintypes.HANDLE
_kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)
_kernel32.CloseHandle.restype = wintypes.BOOL


@contextmanager
def holding(pid: int, access: int = PROCESS_QUERY_LIMITED_INFORMATION) -> Iterator[int | None]:
    """A handle, None if there is none to be had. While it is open the number is not reused."""
    handle: int | None = _kernel32.OpenProcess(access, False, pid)
    try:
        yield handle
    finally:
        if handle is not None:
            _kernel32.CloseHandle(handle)
