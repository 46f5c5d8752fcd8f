"""A JSON document whose values are asked for by path and kind (wording: contract B.8)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

_GO_KINDS: dict[type, str] = {
    bool: "bool",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


class ConfigError(Exception):
    """The config cannot be used; the text is the reason."""


@dataclass(frozen=True, slots=True)
class Document:
    """The text is kept, because errors name line and column."""

    text: str
    root: dict[str, Any]

    @classmethod
    def parse(cls, text: str) -> Document:
        """Reads a JSON object.

        Raises:
            ConfigError: Not JSON, or not an object.
        """
        try:
            root = json.loads(text)
        except ValueError as error:
            raise ConfigError(_syntax_error(text, error)) from error
        if not isinstance(root, dict):
            msg = f"config.json type error: expected object but got {_kind(root)}"
            raise ConfigError(msg)
        return cls(text, root)

    def string(self, path: str, default: str) -> str:
        """The string at a dotted path."""
        value = self._find(path)
        if value is None:
            return default
        if not isinstance(value, str):
            raise self._wrong(path, "string", value)
        return value

    def integer(self, path: str, default: int) -> int:
        """The whole number at a dotted path."""
        value = self._find(path)
        if value is None:
            return default
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._wrong(path, "int", value)
        return value

    def boolean(self, path: str, default: bool) -> bool:  # noqa: FBT001
        """The truth value at a dotted path."""
        value = self._find(path)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self._wrong(path, "bool", value)
        return value

    def items(self, path: str) -> list[Any]:
        """The list at a dotted path, empty if absent."""
        value = self._find(path)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._wrong(path, "array", value)
        return value

    def table(self, path: str) -> dict[str, Any]:
        """The object at a dotted path, empty if absent."""
        value = self._find(path)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self._wrong(path, "object", value)
        return value

    def _find(self, path: str) -> Any:  # noqa: ANN401
        """What stands there; None if absent: a null section keeps its defaults."""
        value: Any = self.root
        walked: list[str] = []
        for key in path.split("."):
            if value is None:
                return None
            if not isinstance(value, dict):
                raise self._wrong(".".join(walked), "object", value)
            value = value.get(key)
            walked.append(key)
        return value

    def _wrong(self, path: str, expected: str, value: object) -> ConfigError:
        line, column = _position(self.text, self._end_of(path))
        return ConfigError(
            f"config.json type error at line {line}, column {column} "
            f'for field "{path}": expected {expected} but got {_kind(value)}'
        )

    def _end_of(self, path: str) -> int:
        """The offset of the value's last character; a guess when a key occurs in other places."""
        offset = 0
        for key in path.split("."):
            name = json.dumps(key)
            offset = self.text.find(name, offset) + len(name)
        start = self.text.index(":", offset) + 1
        start += len(self.text[start:]) - len(self.text[start:].lstrip())
        return json.JSONDecoder().raw_decode(self.text, start)[1] - 1


def _syntax_error(text: str, error: ValueError) -> str:
    offset = error.pos if isinstance(error, json.JSONDecodeError) else 0
    line, column = _position(text, offset)
    at_end = not text[offset:].strip()
    what = "unexpected end of JSON input" if at_end else f"invalid character {text[offset]!r}"
    return f"config.json syntax error at line {line}, column {column}: {what}"


def _position(text: str, offset: int) -> tuple[int, int]:
    """Line and column, both counted from 1."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _kind(value: object) -> str:
    return _GO_KINDS.get(type(value), "null")
