"""Whether a decoded ``config.json`` is well-formed: unknown keys, wrong types (contract 5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from picoclaw_tray.gateway.config_schema import ITEM, Key, Kind
from picoclaw_tray.gateway.go_json import WrongTypeError, merged_pairs, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

NOT_HERE: Final = "[NOT_HERE]"
"""Stands in JSON for a secret that is kept elsewhere (contract 5.6)."""

INFINITE: Final = (float("inf"), float("-inf"))
"""What a number becomes that is too large; the gateway refuses it."""

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
    if type(value) not in types or value in INFINITE:  # exact: True is no port
        raise WrongTypeError(path, expected, type_name(value))
    if isinstance(value, list) and key.kind in {Kind.STRINGS, Kind.SECRETS}:
        for index, item in enumerate(value):
            item_path = f"{path}[{index}]"
            if not isinstance(item, str | None):
                raise WrongTypeError(item_path, "string", type_name(item))
