"""Which addresses the gateway listens on, and at which one it says to be found (contract 3.5)."""

from __future__ import annotations

import ipaddress
import os
import socket

_LOOPBACKS = ("::1", "127.0.0.1")
_ANY_4 = "0.0.0.0"  # noqa: S104 RUF100
_ANY_6 = "::"
_BACKLOG = 128


class BindError(Exception):
    """A socket could not be opened; the text is what follows the known prefix."""


def parse_hosts(value: str) -> tuple[str, ...]:
    """Splits a host list, without duplicates; blank means ``localhost``.

    Raises:
        ValueError: The list has an empty entry.
    """
    if not value.strip():
        return ("localhost",)
    hosts = [_normal(entry.strip()) for entry in value.split(",")]
    if "" in hosts:
        raise ValueError("host list contains an empty entry")
    return tuple(dict.fromkeys(hosts))


def probe_host(hosts: tuple[str, ...]) -> str:
    """The host that the PID file names: it can be asked from this machine, unlike ``*``."""
    any_4, any_6 = _ANY_4 in hosts, _ANY_6 in hosts
    if "localhost" in hosts and "*" not in hosts and (any_4 or any_6):
        return "::1" if any_4 else "127.0.0.1"
    if not {"*", "localhost"}.isdisjoint(hosts) or (any_4 and any_6):
        return _adaptive_loopback()
    return "127.0.0.1" if any_4 else "::1" if any_6 else hosts[0]


def open_listeners(hosts: tuple[str, ...], port: int) -> list[socket.socket]:
    """Opens every socket of the list. They accept connections; nobody answers yet.

    Raises:
        BindError: For one entry no socket could be opened.
    """
    listeners: list[socket.socket] = []
    try:
        for host, addresses in _addresses_by_host(hosts).items():
            listeners += _open_some(host, addresses, port)
    except BindError:
        for listener in listeners:
            listener.close()
        raise
    return listeners


def format_address(host: str, port: int) -> str:
    """``127.0.0.1:18790`` or ``[::1]:18790``."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _normal(entry: str) -> str:
    if entry.lower() == "localhost":
        return "localhost"
    bare = entry.removeprefix("[").removesuffix("]")
    return bare if _is_ip(bare) else entry


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _addresses_by_host(hosts: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """What to open for each entry: of several addresses one is enough, of none nothing is due."""
    if "*" in hosts:
        return {"*": (_ANY_6, _ANY_4)}
    covered = {_is_v6(host) for host in hosts if host in {_ANY_4, _ANY_6}}
    by_host = {}
    for host in hosts:
        addresses = (
            (host,)
            if host in {_ANY_4, _ANY_6}
            else tuple(
                address
                for address in (_LOOPBACKS if host == "localhost" else (_resolved(host),))
                if _is_v6(address) not in covered and (address == host or address not in hosts)
            )
        )
        by_host[host] = addresses
    return by_host


def _resolved(host: str) -> str:
    if _is_ip(host):
        return host
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        msg = f"listen tcp: lookup {host}: no such host"
        raise BindError(msg) from error
    return str(found[0][4][0])


def _open_some(host: str, addresses: tuple[str, ...], port: int) -> list[socket.socket]:
    opened = []
    refusal: OSError | None = None
    for address in addresses:
        try:
            opened.append(_open(address, port))
        except OSError as error:
            refusal = error
    if refusal is None or opened:
        return opened
    if host == "localhost":
        msg = f"failed to open adaptive localhost listener on port {port}"
        raise BindError(msg)
    why = (refusal.strerror or str(refusal)).lower()
    msg = f"listen tcp {format_address(host, port)}: bind: {why}"
    raise BindError(msg)


def _open(address: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if _is_v6(address) else socket.AF_INET)
    try:
        if os.name == "posix":  # elsewhere it would let two programs share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if _is_v6(address):
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address, port))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _is_v6(address: str) -> bool:
    return ":" in address


def _adaptive_loopback() -> str:
    usable = [address for address in _LOOPBACKS if _can_bind(address)]
    return usable[0] if len(usable) == 1 else "localhost"


def _can_bind(address: str) -> bool:
    try:
        _open(address, 0).close()
    except OSError:
        return False
    return True
