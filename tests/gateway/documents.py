"""Documents of ``config.json`` for tests: single values at a path, and arbitrary ones."""

from __future__ import annotations

from hypothesis import strategies as st

from picoclaw_tray.gateway.config_schema import ITEM, Kind, config_schema

SCHEMA = config_schema()


def plain(raw: str, path: str) -> str:
    return raw


def nested(path: str, value: object) -> object:
    for step in reversed(path.split(".")):
        value = [value] if step == "[]" else {step: value}
    return value


def at(document, path: str):
    for step in path.split("."):
        document = document[0] if step == "[]" else document[step]
    return document


LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.text(max_size=3)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)


def documents_of(key) -> st.SearchStrategy[object]:
    """Mostly of the right shape, so that the walk gets far."""
    inner: st.SearchStrategy[object]
    match key.kind:
        case Kind.OBJECT:
            fields = {name: documents_of(child) for name, child in key.children.items()}
            inner = st.fixed_dictionaries({}, optional=fields)
        case Kind.MAP:
            inner = st.dictionaries(
                st.sampled_from(["a", "pico"]), documents_of(key.children[ITEM])
            )
        case Kind.LIST:
            inner = st.lists(documents_of(key.children[ITEM]), max_size=2)
        case _:
            return ANYTHING
    return inner | ANYTHING
