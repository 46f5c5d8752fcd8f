"""``auth.json``: which providers a person has logged in to (contract 5.6)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from picoclaw_tray.gateway.go_json import WrongTypeError, decode_json, take, type_name

_STRINGS: Final = (
    "access_token",
    "refresh_token",
    "account_id",
    "provider",
    "auth_method",
    "email",
    "project_id",
)
_TIME: Final = re.compile(
    r"(\d{4})(-\d\d-\d\d)T(\d{1,2})(:\d\d:\d\d)(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII
)
_ALIASES: Final = {"google-antigravity": "antigravity"}


def stored_logins(raw: bytes | None) -> frozenset[str]:
    """The providers with a stored credential, in the names that section 6 of the contract uses.

    The file is taken as a whole: one bad time or type in any credential loses all of them. Whether
    a credential has expired is not looked at.
    """
    if raw is None:
        return frozenset()
    try:
        credentials = take(_fields(decode_json(raw)), "credentials", dict, {})
        found = [name for name, entry in credentials.items() if _counts(entry)]
    except ValueError:
        return frozenset()
    names = (name.strip().lower() for name in found)
    return frozenset(_ALIASES.get(name, name) for name in names)


def _counts(credential: object) -> bool:
    """Whether it holds a token.

    Raises:
        ValueError: it is malformed.
    """
    if credential is None:
        return False
    fields = _fields(credential)
    texts = [take(fields, name, str, "") for name in _STRINGS]
    _check_time(take(fields, "expires_at", str, None))
    return any(token.strip() for token in texts[:2])


def _fields(value: object) -> dict[str, object]:
    """An object by the names of its keys, whose case does not matter."""
    if not isinstance(value, dict):
        raise WrongTypeError("", "object", type_name(value))
    return {name.lower(): inner for name, inner in value.items()}


def _check_time(written: str | None) -> None:
    if written is None:
        return
    match = _TIME.fullmatch(written)
    if match is None:
        raise ValueError("not a time")
    year, day, hour, rest = match.groups()
    year = "2000" if year == "0000" else year  # before Python's first one, and as long
    datetime.fromisoformat(f"{year}{day}T{hour:0>2}{rest}")
