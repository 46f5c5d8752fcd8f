"""Why a config cannot be used: the gateway's own words, and a sentence that explains them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from picoclaw_tray.gateway.json_position import line_and_column, position_of
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from picoclaw_tray.gateway.go_json import WrongTypeError

_UNREADABLE = QT_TRANSLATE_NOOP(
    "Config",
    "PicoClaw's configuration cannot be read. Check that it is a file and that you may read it.",
)
_EMPTY = QT_TRANSLATE_NOOP(
    "Config",
    "PicoClaw's configuration file is empty. Delete it to start with the defaults, or restore it.",
)
_SYNTAX = QT_TRANSLATE_NOOP(
    "Config",
    "PicoClaw's configuration is not valid JSON: see line {line}, column {column}. "
    "Correct it there; comments and trailing commas are not allowed.",
)
_SYNTAX_SOMEWHERE = QT_TRANSLATE_NOOP(
    "Config",
    "PicoClaw's configuration is not valid JSON. Correct it, or restore a backup.",
)
_TYPE = QT_TRANSLATE_NOOP(
    "Config",
    "In PicoClaw's configuration, line {line}, the value of {field} has the wrong type: "
    "it has to be of type {expected}, but is of type {found}.",
)
_TYPE_OF_ROOT = QT_TRANSLATE_NOOP(
    "Config", "PicoClaw's configuration has to be one JSON object, in curly brackets."
)
_VERSION = QT_TRANSLATE_NOOP(
    "Config",
    "PicoClaw's configuration has the schema version {version}, which is not supported. "
    "A newer PicoClaw may be needed.",
)
_HOST = QT_TRANSLATE_NOOP(
    "Config",
    "The gateway's host list has an empty entry. Take the surplus comma out of gateway.host, "
    "or out of the environment variable PICOCLAW_GATEWAY_HOST.",
)
_PORT = QT_TRANSLATE_NOOP(
    "Config",
    "The gateway's port has to be a number from 1 to 65535, but is {port}. Change gateway.port, "
    "or the environment variable PICOCLAW_GATEWAY_PORT.",
)
_VARIABLE = QT_TRANSLATE_NOOP(
    "Config",
    "The environment variable {variable} cannot be read: it has to be of type {expected}.",
)
_MODEL = QT_TRANSLATE_NOOP(
    "Config", "The entry {entry} of PicoClaw's configuration needs a value for {key}."
)


class ConfigErrorKind(StrEnum):
    """The classes a person has to tell apart (contract B.8)."""

    UNREADABLE = "unreadable"
    SYNTAX = "syntax"
    TYPE = "type"
    UNSUPPORTED_VERSION = "unsupported_version"
    INVALID_VALUE = "invalid_value"


@dataclass(frozen=True, slots=True)
class ConfigError:
    """One reason why a config cannot be used.

    Attributes:
        kind: the class of the error.
        reason: as the gateway words it, where it can be known.
        line: counted from 1; None if there is no place to name.
        column: counted from 1, in characters.
        explanation: what is wrong, and what to do.
    """

    kind: ConfigErrorKind
    reason: str
    line: int | None
    column: int | None
    explanation: Text


class InvalidConfigError(Exception):
    """A value that is well-formed and cannot be used; carries the error."""

    def __init__(self, kind: ConfigErrorKind, reason: str, explanation: Text) -> None:
        super().__init__(reason)
        self.error = ConfigError(kind, reason, None, None, explanation)


def unreadable(reason: str) -> ConfigError:
    """The file exists and cannot be read; ``reason`` is the operating system's."""
    return ConfigError(ConfigErrorKind.UNREADABLE, reason, None, None, text(_UNREADABLE))


def syntax_error(content: str, offset: int | None) -> ConfigError:
    """Not JSON; ``offset`` is where reading had to end, None if that is not known."""
    kind = ConfigErrorKind.SYNTAX
    if offset is None:
        reason = "config.json syntax error"
        return ConfigError(kind, reason, None, None, text(_SYNTAX_SOMEWHERE))
    line, column = line_and_column(content, offset)
    at_end = not content[offset:].strip()
    what = "unexpected end of JSON input" if at_end else "invalid character"
    reason = f"config.json syntax error at line {line}, column {column}: {what}"
    is_empty = not content.strip()
    explanation = text(_EMPTY) if is_empty else text(_SYNTAX, line=line, column=column)
    return ConfigError(kind, reason, line, column, explanation)


def type_error(content: str, error: WrongTypeError) -> ConfigError:
    """A value of the wrong type, with its place."""
    line, column = position_of(content, error.path)
    reason = f"config.json type error at line {line}, column {column}"
    if error.path:
        reason += f' for field "{error.path}"'
        explanation = text(
            _TYPE, line=line, field=error.path, expected=error.expected, found=error.found
        )
    else:
        explanation = text(_TYPE_OF_ROOT)
    reason += f": expected {error.expected} but got {error.found}"
    return ConfigError(ConfigErrorKind.TYPE, reason, line, column, explanation)


def unsupported_version(version: int) -> InvalidConfigError:
    """A schema newer than any known one."""
    return InvalidConfigError(
        ConfigErrorKind.UNSUPPORTED_VERSION,
        f"unsupported config version: {version}",
        text(_VERSION, version=version),
    )


def invalid_host() -> InvalidConfigError:
    """An empty entry in the host list, the one thing the gateway objects to when it loads it."""
    reason = "invalid gateway host: host list contains an empty entry"
    return InvalidConfigError(ConfigErrorKind.INVALID_VALUE, reason, text(_HOST))


def invalid_port(port: int) -> InvalidConfigError:
    """A port out of range; the gateway loads it and then refuses to start."""
    reason = f"invalid gateway port: {port}, port must be between 1 and 65535"
    return InvalidConfigError(ConfigErrorKind.INVALID_VALUE, reason, text(_PORT, port=str(port)))


def invalid_variable(variable: str, field: str, expected: str) -> InvalidConfigError:
    """An environment override that cannot be parsed; its value is not repeated."""
    reason = f'env: parse error on field "{field}" of type "{expected}"'
    explanation = text(_VARIABLE, variable=variable, expected=expected)
    return InvalidConfigError(ConfigErrorKind.INVALID_VALUE, reason, explanation)


def invalid_model(entry: str, key: str) -> InvalidConfigError:
    """An entry of the model list that lacks a required key."""
    return InvalidConfigError(
        ConfigErrorKind.INVALID_VALUE,
        f"{entry}: {key} is required",
        text(_MODEL, entry=entry, key=key),
    )
