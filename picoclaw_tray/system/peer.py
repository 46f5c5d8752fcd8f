"""Who is at the other end of a local socket."""

from __future__ import annotations

import os
import socket
import struct
import sys

_UCRED = struct.Struct("3i")  # pid, uid, gid (unix(7))
_XUCRED = struct.Struct("2I")  # version, uid, … (macOS, sys/ucred.h)
_SOL_LOCAL, _LOCAL_PEERCRED = 0, 1


def is_our_user(descriptor: int) -> bool:
    """Whether the other end runs as our own user; Windows keeps others out by itself.

    Args:
        descriptor: Of a connected socket; stays open, and stays its owner's.
    """
    if sys.platform == "win32":
        return True
    else:  # noqa: RET505 - mypy for Windows would find what follows unreachable
        try:
            return _user_at(descriptor) == os.getuid()
        except OSError:
            return False


def _user_at(descriptor: int) -> int:
    with socket.socket(fileno=os.dup(descriptor)) as connection:
        if sys.platform == "linux":
            raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
            _, uid, _ = _UCRED.unpack(raw)
        else:
            raw = connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, 128)
            _, uid = _XUCRED.unpack_from(raw)
        return int(uid)
