"""A Job Object: ends a gateway and all its children when the tray dies. Windows only."""

from __future__ import annotations

import ctypes
import sys
from ctypes import wintypes
from typing import ClassVar

if sys.platform == "win32":
    from picoclaw_tray.system.windows_process import PROCESS_SET_QUOTA, PROCESS_TERMINATE, holding

assert sys.platform == "win32"

JOB_OBJECT_EXTENDED_LIMIT_INFORMATION = 9
JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE = 0x2000


class _BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION (winnt.h)."""

    _fields_: ClassVar = [
        ("PerProcessUserTimeLimit", wintypes.LARGE_INTEGER),
        ("PerJobUserTimeLimit", wintypes.LARGE_INTEGER),
        ("LimitFlags", wintypes.DWORD),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", wintypes.DWORD),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", wintypes.DWORD),
        ("SchedulingClass", wintypes.DWORD),
    ]


class _ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION (winnt.h)."""

    _fields_: ClassVar = [
        ("BasicLimitInformation", _BasicLimits),
        ("IoInfo", ctypes.c_ulonglong * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    ]


_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_kernel32.CreateJobObjectW.argtypes = (ctypes.c_void_p, wintypes.LPCWSTR)
_kernel32.CreateJobObjectW.restype = wintypes.HANDLE
_kernel32.SetInformationJobObject.argtypes = (
    wintypes.HANDLE,
    ctypes.c_int,
    ctypes.c_void_p,
    wintypes.DWORD,
)
_kernel32.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
_kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)


class JobObject:
    """Whoever is assigned to it, and every later child of theirs, ends when it is closed.

    The system closes it for a tray that crashes. There is one for each gateway that is not to
    outlive the tray.

    Raises:
        OSError: the system made none.
    """

    def __init__(self) -> None:
        self._handle: int | None = _kernel32.CreateJobObjectW(None, None)
        if self._handle is None:
            raise ctypes.WinError(ctypes.get_last_error())
        if not self._limit(JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE):
            error = ctypes.WinError(ctypes.get_last_error())
            self.close()
            raise error

    def assign(self, pid: int) -> bool:
        """Takes a process in; whether that worked. Children that it has already stay outside."""
        with holding(pid, PROCESS_SET_QUOTA | PROCESS_TERMINATE) as process:
            if process is None or self._handle is None:
                return False
            return bool(_kernel32.AssignProcessToJobObject(self._handle, process))

    def release(self) -> None:
        """Closes it and ends nobody: what a gateway leaves behind when it ends is its business."""
        self._limit(0)
        self.close()

    def close(self) -> None:
        """Ends everybody in it."""
        handle, self._handle = self._handle, None
        if handle is not None:
            _kernel32.CloseHandle(handle)

    def _limit(self, flags: int) -> bool:
        limits = _ExtendedLimits()
        limits.BasicLimitInformation.LimitFlags = flags
        return bool(
            _kernel32.SetInformationJobObject(
                self._handle,
                JOB_OBJECT_EXTENDED_LIMIT_INFORMATION,
                ctypes.byref(limits),
                ctypes.sizeof(limits),
            )
        )
