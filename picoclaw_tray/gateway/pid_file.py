"""The gateway's PID file (contract 2.1): its name, and its content as a value."""

from __future__ import annotations

from dataclasses import dataclass, field

from picoclaw_tray.gateway.go_json import WrongTypeError, parse_object, take

PID_FILE_NAME = ".picoclaw.pid"
"""Below the home directory, in every release that has a PID file."""

MAX_PID_FILE_BYTES = 64 * 1024
"""A real one has about 150 bytes; a longer file is not one."""

MAX_PID = 2**31 - 1
MAX_PORT = 65535


@dataclass(frozen=True, slots=True)
class PidRecord:
    """What the gateway wrote once, shortly after its own start.

    Attributes:
        pid: 1 to 2**31 - 1.
        token: bearer token for ``POST /reload``; secret, kept out of ``repr``.
        version: ``dev`` for an untagged build, empty if the file does not say.
        port: 0 if the file does not say.
        host: the probe host, not the bind host; empty if the file does not say.
    """

    pid: int
    token: str = field(repr=False)
    version: str
    port: int
    host: str


def parse_pid_file(raw: bytes) -> PidRecord | None:
    """Reads any bytes; None for whatever is not a PID file (contract 2.3, step 2)."""
    document = parse_object(raw, MAX_PID_FILE_BYTES)
    if document is None:
        return None
    try:
        record = PidRecord(
            pid=take(document, "pid", int, 0),
            token=take(document, "token", str, ""),
            version=take(document, "version", str, ""),
            port=take(document, "port", int, 0),
            host=take(document, "host", str, ""),
        )
    except WrongTypeError:
        return None
    plausible = 0 < record.pid <= MAX_PID and 0 <= record.port <= MAX_PORT
    return record if plausible else None
