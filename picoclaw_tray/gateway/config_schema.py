"""The schema of ``config.json`` as a tree, built from the table of its keys."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from picoclaw_tray.gateway.config_keys import CHANNEL_SETTINGS, CONFIG_KEYS, NEWER_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Kind(StrEnum):
    """What a value may be."""

    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    STRING = "string"
    STRINGS = "strings"
    """A list of strings."""
    TEXTS = "texts"
    """A list of strings or numbers, or one of them alone."""
    SECRET = "secret"
    """A string that may name a file or be encrypted (contract 5.6)."""
    SECRETS = "secrets"
    MODEL = "model"
    """The name of a model, or ``{"primary": …, "fallbacks": […]}``."""
    REGISTRIES = "registries"
    """A list, or a map by name that may hold more than is known."""
    ANY = "any"
    OBJECT = "object"
    LIST = "list"
    MAP = "map"


ITEM: Final = "*"
"""The name under which a list or a map keeps the key of its items."""

ZEROS: Final[Mapping[Kind, object]] = {
    Kind.INT: 0,
    Kind.FLOAT: 0,
    Kind.BOOL: False,
    Kind.STRING: "",
    Kind.SECRET: "",
    Kind.STRINGS: [],
    Kind.TEXTS: [],
    Kind.SECRETS: [],
}
"""What a key means that is absent and has no default; lists and maps are empty, the rest null."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the schema, or a list's or map's items.

    Attributes:
        default: of a plain value; see ``ZEROS``.
        variable: environment variable that replaces the value; empty if there is none.
        children: of an object by name; of a list or map its items alone, as ``ITEM``.
    """

    kind: Kind
    default: object = None
    variable: str = ""
    children: Mapping[str, Key] = field(default_factory=dict)


@functools.cache
def config_schema() -> Key:
    """The schema of the whole file."""
    return _tree(CONFIG_KEYS.split("\n"))


@functools.cache
def older_schema() -> Key:
    """As releases before v0.2.8 have it."""
    schema = config_schema()
    for path in NEWER_KEYS.split():
        schema = _without(schema, _steps(path))
    return schema


@functools.cache
def channel_settings() -> Mapping[str, Key]:
    """The schema of ``settings`` by type of channel."""
    return _tree(CHANNEL_SETTINGS.split("\n"), "PICOCLAW_CHANNELS_").children


def _tree(lines: Iterable[str], prefix: str = "PICOCLAW_") -> Key:
    root: dict[str, Key] = {}
    for line in filter(None, lines):
        path, kind, default, variable = (*line.split(), "-", "-")[:4]
        if variable == "=":
            variable = prefix + path.upper().replace(".", "_")
        leaf = Key(
            Kind(kind),
            ZEROS.get(Kind(kind)) if default == "-" else json.loads(default),
            "" if variable == "-" else variable,
        )
        _put(root, _steps(path), leaf)
    return Key(Kind.OBJECT, children=root)


def _steps(path: str) -> list[str]:
    return re.findall(r"\[\]|[^.\[\]]+", path)


def _without(key: Key, steps: list[str]) -> Key:
    """The key without one of those below it."""
    step, *rest = steps
    name = ITEM if step == "[]" else step
    children = dict(key.children)
    inner = children.pop(name)
    if rest:
        children[name] = _without(inner, rest)
    return replace(key, children=children)


def _put(children: dict[str, Key], steps: list[str], leaf: Key) -> None:
    """Puts a leaf below ``children``; what lies on the way is made as it is met."""
    step, *rest = steps
    name = ITEM if step == "[]" else step
    if not rest:
        children[name] = leaf
        return
    kind = {"[]": Kind.LIST, ITEM: Kind.MAP}.get(rest[0], Kind.OBJECT)
    inner = children.setdefault(name, Key(kind, children={}))
    assert isinstance(inner.children, dict)
    _put(inner.children, rest, leaf)
