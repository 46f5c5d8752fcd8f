"""What a decoded ``config.json`` amounts to: unknown keys, wrong types, defaults, overrides.

Pure steps over plain JSON values, in the order in which the gateway takes them (contract 5.2).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from picoclaw_tray.gateway.config_schema import ITEM, ZEROS, Key, Kind
from picoclaw_tray.gateway.config_value_error import invalid_variable
from picoclaw_tray.gateway.go_json import WrongTypeError, merged_pairs, type_name, valid_string

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

NOT_HERE: Final = "[NOT_HERE]"
"""Stands in JSON for a secret that is kept elsewhere (contract 5.6)."""

_TRUTHS = dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), True) | dict.fromkeys(
    ("0", "f", "F", "false", "FALSE", "False"), False
)
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_FLOAT = re.compile(
    r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|nan|inf|infinity)", re.IGNORECASE
)
_INFINITE: Final = (float("inf"), float("-inf"))
_BITS_32 = range(-(2**31), 2**31)
_TYPES: Final[Mapping[Kind, tuple[tuple[type, ...], str]]] = {
    Kind.INT: ((int,), "int"),
    Kind.FLOAT: ((int, float), "number"),
    Kind.BOOL: ((bool,), "bool"),
    Kind.STRING: ((str,), "string"),
    Kind.SECRET: ((str,), "string"),
    Kind.STRINGS: ((list,), "array"),
    Kind.SECRETS: ((list,), "array"),
    Kind.TEXTS: ((list, str, int, float), "array"),
    Kind.MODEL: ((str, dict), "string"),
    Kind.REGISTRIES: ((list, dict), "array"),
    Kind.OBJECT: ((dict,), "object"),
    Kind.MAP: ((dict,), "object"),
    Kind.LIST: ((list,), "array"),
}


_MODEL: Final = {"primary": Key(Kind.STRING), "fallbacks": Key(Kind.STRINGS)}


class Place(NamedTuple):
    """A value, its key in the schema, and its path: ``model_list[0].model``."""

    value: object
    key: Key
    path: str = ""


def unknown_fields(document: object, schema: Key) -> list[str]:
    """The paths of keys that the schema does not have, sorted."""
    return sorted(_unknown(Place(document, schema)))


def known_spelling(value: object, key: Key) -> object:
    """The document with its keys as the schema spells them, and without those it does not have.

    Releases before v0.2.8 ignore case and what they do not know; so do all in free-form places.
    """
    match value:
        case dict() if key.kind is Kind.OBJECT:
            spelled: dict[str, object] = {}
            by_lower = {name.lower(): name for name in key.children}
            for name, inner in value.items():
                assert isinstance(name, str)
                known = by_lower.get(name.lower())
                if known is not None:
                    pair = known, known_spelling(inner, key.children[known])
                    spelled = merged_pairs([*spelled.items(), pair])
            return spelled
        case dict() if key.kind is Kind.MAP:
            item = key.children[ITEM]
            return {name: known_spelling(inner, item) for name, inner in value.items()}
        case list() if key.kind is Kind.LIST:
            return [known_spelling(inner, key.children[ITEM]) for inner in value]
        case _:
            return value


def check(
    document: object, schema: Key, read_secret: Callable[[str, str], str], path: str = ""
) -> None:
    """Looks at every value in the order of the document, as the gateway's decoder does.

    Args:
        document: the decoded file, or a part of it.
        schema: what it should be.
        read_secret: called with each secret and its path; raises if it cannot be read.
        path: where the document stands in the file.

    Raises:
        WrongTypeError: the first value of another type.
        InvalidConfigError: from ``read_secret``.
    """
    for place in _places(Place(document, schema, path)):
        _check_type(place)
        if place.key.kind is Kind.SECRET and isinstance(place.value, str):
            read_secret(place.value, place.path)
        if place.key.kind is Kind.SECRETS and isinstance(place.value, list):
            for index, secret in enumerate(place.value):
                if isinstance(secret, str):
                    read_secret(secret, f"{place.path}[{index}]")


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


def _unknown(place: Place) -> Iterator[str]:
    value, key, path = place
    match value:
        case dict() if key.kind in {Kind.OBJECT, Kind.MAP}:
            for name, inner in value.items():
                child = key.children.get(name if key.kind is Kind.OBJECT else ITEM)
                inner_path = f"{path}.{name}" if path else name
                if child is None:
                    yield inner_path
                else:
                    yield from _unknown(Place(inner, child, inner_path))
        case dict() if key.kind is Kind.MODEL:
            yield from (f"{path}.{name}" for name in value if name not in {"primary", "fallbacks"})
        case list() if key.kind in {Kind.LIST, Kind.REGISTRIES}:
            for index, inner in enumerate(value):
                yield from _unknown(Place(inner, key.children[ITEM], f"{path}[{index}]"))
        case _:
            pass


def _places(place: Place) -> Iterator[Place]:
    """Every value that the schema knows, the outer before the inner."""
    yield place
    value, key, path = place
    match value:
        case dict() if key.kind in {Kind.OBJECT, Kind.MAP, Kind.REGISTRIES}:
            for name, inner in value.items():
                child = key.children.get(name if key.kind is Kind.OBJECT else ITEM)
                if child is not None:
                    yield from _places(Place(inner, child, f"{path}.{name}" if path else name))
        case dict() if key.kind is Kind.MODEL:
            for name, child in _MODEL.items():
                if name in value:
                    yield from _places(Place(value[name], child, f"{path}.{name}"))
        case list() if key.kind in {Kind.LIST, Kind.REGISTRIES}:
            for index, inner in enumerate(value):
                yield from _places(Place(inner, key.children[ITEM], f"{path}[{index}]"))
        case _:
            pass


def _check_type(place: Place) -> None:
    value, key, path = place
    if value is None or key.kind is Kind.ANY:
        return
    if key.kind is Kind.SECRETS and value == NOT_HERE:
        return
    types, expected = _TYPES[key.kind]
    if type(value) not in types or value in _INFINITE:  # exact: True is no port
        raise WrongTypeError(path, expected, type_name(value))
    if isinstance(value, list) and key.kind in {Kind.STRINGS, Kind.SECRETS}:
        for index, item in enumerate(value):
            item_path = f"{path}[{index}]"
            if not isinstance(item, str | None):
                raise WrongTypeError(item_path, "string", type_name(item))


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
                float(override) in _INFINITE and "inf" not in override.lower()
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
