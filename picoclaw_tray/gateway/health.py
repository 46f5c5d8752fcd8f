"""The gateway's ``/health`` answer, and where to ask for it (contract 3.2, 3.5, 3.8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from picoclaw_tray.gateway.go_json import WrongTypeError, parse_object, take

DEFAULT_HOST = "localhost"
DEFAULT_PORT = 18790

MAX_HEALTH_BYTES = 64 * 1024
"""A real answer has about 60 bytes; a longer one comes from somebody else."""

HTTP_OK = 200
LOOPBACKS = ("127.0.0.1", "::1")

_DURATION = re.compile(
    r"(-?)(?:(?:(\d+)h)?(?:(\d+)m)?(\d+(?:\.\d+)?)s|(\d+(?:\.\d+)?)(ns|us|µs|μs|ms))", re.ASCII
)
_UNITS_S = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3}
_LONGEST_S = 2**63 / 1e9
"""A Go duration is a 64-bit count of nanoseconds: 292 years."""


@dataclass(frozen=True, slots=True)
class HealthAnswer:
    """One answer of ``GET /health``.

    Attributes:
        status: ``ok`` in every release known.
        pid: None before v0.2.6, which did not say it.
        uptime_s: seconds since the HTTP services were made, a little after the process start.
    """

    status: str
    pid: int | None
    uptime_s: float | None


def parse_health(status_code: int, body: bytes) -> HealthAnswer | None:
    """Reads any answer; None if it is not a gateway's (a web page, an error, another service)."""
    document = parse_object(body, MAX_HEALTH_BYTES) if status_code == HTTP_OK else None
    if document is None:
        return None
    try:
        status = take(document, "status", str, "")
        pid = take(document, "pid", int, 0)
        uptime = take(document, "uptime", str, "")
    except WrongTypeError:
        return None
    if not status:
        return None
    return HealthAnswer(status, pid if pid > 0 else None, parse_go_duration(uptime))


def parse_go_duration(duration: str) -> float | None:
    """Seconds of a Go duration such as ``1h2m3.5s`` or ``2.3ms``; None if it is not one."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        return None
    sign, hours, minutes, seconds, amount, unit = match.groups()
    if unit:
        total = float(amount) * _UNITS_S[unit]
    else:
        total = float(hours or 0) * 3600 + float(minutes or 0) * 60 + float(seconds)
    if total > _LONGEST_S:
        return None
    return -total if sign else total


def bind_entries(bind: str) -> tuple[str, ...] | None:
    """The entries of a bind host list in normal form, each once; None if one is empty.

    Blank means the default, brackets around an address are dropped, ``localhost`` is written
    small. Names are not checked: a wrong one fails when the gateway binds it.
    """
    entries = [_normal_entry(entry) for entry in (bind.strip() or DEFAULT_HOST).split(",")]
    return tuple(dict.fromkeys(entries)) if all(entries) else None


def probe_host(bind: str) -> str:
    """The host under which a gateway bound to ``bind`` is asked, on a machine with IPv4 and IPv6.

    The rule of contract 3.5. A list that cannot be read gives ``localhost``.
    """
    entries = bind_entries(bind)
    if entries is None or "*" in entries:
        return DEFAULT_HOST
    all_v4, all_v6 = "0.0.0.0" in entries, "::" in entries
    if "localhost" in entries:
        return "::1" if all_v4 else "127.0.0.1" if all_v6 else DEFAULT_HOST
    match all_v4, all_v6:
        case True, True:
            return DEFAULT_HOST
        case False, True:
            return "::1"
        case True, False:
            return "127.0.0.1"
        case _:
            return entries[0]


def probe_addresses(host: str) -> tuple[str, ...]:
    """Where to ask for a gateway whose probe host is ``host``, the likeliest first.

    A gateway on ``localhost`` may have got one loopback only, and another program may answer on
    the other one (contract 3.5): ask both, and take the answer with the PID you expect.
    """
    if host == "::1":
        return LOOPBACKS[::-1]
    return LOOPBACKS if host.lower() in {"", "localhost", "127.0.0.1"} else (host,)


def is_literal(address: str) -> bool:
    """Whether it is an address itself; a name has to be looked up, which may take any time."""
    try:
        ip_address(address)
    except ValueError:
        return False
    return True


def blocking_addresses(bind: str) -> tuple[str, ...]:
    """The addresses that must *all* be taken before a gateway cannot open its port at ``bind``.

    For ``localhost`` and ``*`` the gateway is content with one address family.
    """
    host = probe_host(bind)
    return LOOPBACKS if host == DEFAULT_HOST else (host,)


def health_url(host: str, port: int) -> str:
    """The address of the health question; an IPv6 literal gets its brackets."""
    return f"http://{_in_url(host)}:{port}/health"


def reload_url(host: str, port: int) -> str:
    """The address at which a gateway is asked to take over its config (contract 3.4)."""
    return f"http://{_in_url(host)}:{port}/reload"


def _normal_entry(entry: str) -> str:
    entry = entry.strip()
    bare = entry[1:-1] if entry.startswith("[") and entry.endswith("]") else entry
    try:
        return str(ip_address(bare))
    except ValueError:
        return DEFAULT_HOST if entry.lower() == DEFAULT_HOST else entry


def _in_url(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return host
    # RFC 6874: the percent sign of a zone is escaped.
    return f"[{host.replace('%', '%25')}]" if isinstance(address, IPv6Address) else host
