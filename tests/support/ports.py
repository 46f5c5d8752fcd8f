"""Free ports that stay free until they are used.

The system gives out its own (32768 and above on Linux) to every connection that any test makes; a
port from there is often taken by the time a gateway opens it. These come from below, and each
process looks in another place.
"""

from __future__ import annotations

import os
import socket
from itertools import count

_FIRST, _NUMBER = 10_240, 22_000
_STRIDE = 101
_next = count(os.getpid() * _STRIDE)


def free_port() -> int:
    """A port that nobody has on either loopback, and that no other call here returns soon."""
    while True:
        port = _FIRST + next(_next) % _NUMBER
        with socket.socket() as v4, socket.socket(socket.AF_INET6) as v6:
            try:
                v4.bind(("127.0.0.1", port))
                v6.bind(("::1", port))
            except OSError:
                continue
            return port
