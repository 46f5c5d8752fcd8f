"""Connecting on Windows. To be imported on Windows only."""

from __future__ import annotations

import ctypes
import sys
from ctypes import wintypes
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import socket

assert sys.platform == "win32"

SIO_TCP_INITIAL_RTO = 0x98000011
TCP_INITIAL_RTO_UNSPECIFIED_RTT = 0xFFFF
TCP_INITIAL_RTO_NO_SYN_RETRANSMISSIONS = 0xFE


class _InitialRto(ctypes.Structure):
    """TCP_INITIAL_RTO_PARAMETERS (mstcpip.h)."""

    _fields_: ClassVar = [("Rtt", wintypes.USHORT), ("MaxSynRetransmissions", ctypes.c_ubyte)]


_ws2_32 = ctypes.WinDLL("ws2_32")
_ws2_32.WSAIoctl.argtypes = (
    ctypes.c_size_t,  # SOCKET
    wintypes.DWORD,
    ctypes.c_void_p,
    wintypes.DWORD,
    ctypes.c_void_p,
    wintypes.DWORD,
    ctypes.POINTER(wintypes.DWORD),
    ctypes.c_void_p,
    ctypes.c_void_p,
)


def take_no_for_an_answer(connecting: socket.socket) -> None:
    """Lets a refused connection fail at once; Windows asks again for two seconds, also locally.

    Where the system does not know this (before Windows 10 1709) the two seconds remain.
    """
    parameters = _InitialRto(
        TCP_INITIAL_RTO_UNSPECIFIED_RTT, TCP_INITIAL_RTO_NO_SYN_RETRANSMISSIONS
    )
    answered = wintypes.DWORD()
    _ws2_32.WSAIoctl(
        connecting.fileno(),
        SIO_TCP_INITIAL_RTO,
        ctypes.byref(parameters),
        ctypes.sizeof(parameters),
        None,
        0,
        ctypes.byref(answered),
        None,
        None,
    )
