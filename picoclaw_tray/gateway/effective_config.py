"""What a config that was found good amounts to: defaults, secrets and overrides put in.

Pure steps over plain JSON values, in the order in which the gateway takes them (contract 5.2).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from picoclaw_tray.gateway.config_document import INFINITE, NOT_HERE
from picoclaw_tray.gateway.config_schema import ITEM, ZEROS, Key, Kind
from picoclaw_tray.gateway.config_value_error import invalid_variable
from picoclaw_tray.gateway.go_json import valid_string

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TRUTHS = dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), True) | dict.fromkeys(
    ("0", "f", "F", "false", "FALSE", "False"), False
)
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_FLOAT = re.compile(
    r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|nan|inf|infinity)", re.IGNORECASE
)
_BITS_32 = range(-(2**31), 2**31)


def with_defaults(value: object, key: Key) -> object:
    """The value with everything filled in that is absent, and without unknown keys.

    Two documents that mean the same become equal. ``value`` has passed ``check``.
    """
    match key.kind:
        case Kind.OBJECT:
            given = value if isinstance(value, dict) else {}
            return {
                name: with_defaults(given.get(name), child) for name, child in key.children.items()
            }
        case Kind.MAP:
            item = key.children[ITEM]
            given = value if isinstance(value, dict) else {}
            return {name: with_defaults(inner, item) for name, inner in given.items()}
        case Kind.LIST:
            items = value if isinstance(value, list) else []
            return [with_defaults(inner, key.children[ITEM]) for inner in items]
        case Kind.MODEL:
            return _model_reference(value)
        case Kind.TEXTS | Kind.STRINGS | Kind.SECRETS:
            return _strings(value, key)
        case _:
            return key.default if value is None else _valid(value)


def with_secrets(value: object, key: Key, read: Callable[[str, str], str]) -> object:
    """An effective document with the values of its secrets in place of what names them."""
    match value:
        case dict() if key.kind is Kind.OBJECT:
            children = key.children
            return {
                name: with_secrets(inner, children[name], read) for name, inner in value.items()
            }
        case dict() if key.kind is Kind.MAP:
            item = key.children[ITEM]
            return {name: with_secrets(inner, item, read) for name, inner in value.items()}
        case list() if key.kind is Kind.LIST:
            return [with_secrets(inner, key.children[ITEM], read) for inner in value]
        case str() if key.kind is Kind.SECRET:
            return read(value, "")
        case list() if key.kind is Kind.SECRETS:
            return [read(str(secret), "") for secret in value]
        case _:
            return value


def overridden(
    value: object,
    key: Key,
    environ: Mapping[str, str],
    read: Callable[[str, str], str],
    name: str = "",
) -> object:
    """An effective document with the environment's values; an empty variable counts as not set.

    Keys that the schema lacks stay as they are.

    Args:
        value: the document, or a part of it.
        key: its schema.
        environ: the variables.
        read: gives the value of a secret, or raises.
        name: the document's own key, for the error.

    Raises:
        InvalidConfigError: a number, a truth value or a secret that cannot be read.
    """
    if isinstance(value, dict) and key.kind is Kind.OBJECT:
        return value | {
            inner: overridden(value[inner], child, environ, read, inner)
            for inner, child in key.children.items()
        }
    override = environ.get(key.variable, "") if key.variable else ""
    if not override:
        return value
    match key.kind:
        case Kind.SECRET:
            return read(override, key.variable)
        case Kind.SECRETS:
            return [read(secret, key.variable) for secret in override.split(",")]
        case _:
            return _parsed(override, key, name)


def _model_reference(value: object) -> object:
    match value:
        case dict():
            primary, fallbacks = value.get("primary"), value.get("fallbacks")
        case _:
            primary, fallbacks = value, None
    return {
        "primary": _valid(primary) if isinstance(primary, str) else "",
        "fallbacks": [_valid(name) for name in fallbacks] if isinstance(fallbacks, list) else [],
    }


def _strings(value: object, key: Key) -> object:
    match value:
        case None:
            return key.default
        case list():
            secret = key.kind is Kind.SECRETS
            return [_text(item) for item in value if not secret or item not in {None, "", NOT_HERE}]
        case str() if key.kind is Kind.SECRETS:  # NOT_HERE
            return ZEROS[key.kind]
        case _:
            return [_text(value)]


def _text(value: object) -> object:
    """A number among texts is a text with its digits."""
    return f"{value:.0f}" if type(value) in {int, float} else _valid(value)


def _valid(value: object) -> object:
    return valid_string(value) if isinstance(value, str) else value


def _parsed(override: str, key: Key, name: str) -> object:
    field = name.replace("_", " ").title().replace(" ", "")
    match key.kind:
        case Kind.INT:
            number = int(override) if _INTEGER.fullmatch(override) else None
            if number is None or number not in _BITS_32:
                raise invalid_variable(key.variable, field, "int")
            return number
        case Kind.FLOAT:
            if not _FLOAT.fullmatch(override) or (
                float(override) in INFINITE and "inf" not in override.lower()
            ):
                raise invalid_variable(key.variable, field, "float64")
            return float(override)
        case Kind.BOOL:
            if override not in _TRUTHS:
                raise invalid_variable(key.variable, field, "bool")
            return _TRUTHS[override]
        case Kind.STRINGS | Kind.TEXTS:
            return override.split(",")
        case Kind.ANY:  # it wants bytes, one by one
            raise invalid_variable(key.variable, field, "json.RawMessage")
        case _:
            return override
