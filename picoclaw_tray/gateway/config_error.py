"""Why a config cannot be used: the gateway's own words, and a sentence that explains them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from picoclaw_tray.gateway.json_position import line_and_column, place_of, position_of
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from picoclaw_tray.gateway.go_json import WrongTypeError

_UNREADABLE = QT_TRANSLATE_NOOP(
    "Config",
    "PicoClaw's configuration cannot be read. Check that it is a file and that you may read it.",
)
_SECURITY_UNREADABLE = QT_TRANSLATE_NOOP(
    "Config",
    "PicoClaw's file .security.yml cannot be read. Check that it is a file and that you may read "
    "it.",
)
_TOO_LARGE = QT_TRANSLATE_NOOP(
    "Config",
    "PicoClaw's file {file} is larger than {limit} KiB. This tray does not read so much of it.",
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
_UNKNOWN = QT_TRANSLATE_NOOP(
    "Config",
    "PicoClaw does not know the key {fields} of its configuration, see line {line}. Take it out, "
    "or correct its name.",
)
_UNKNOWN_BUT = QT_TRANSLATE_NOOP(
    "Config",
    "PicoClaw does not know the key {fields} of its configuration, see line {line}. "
    "In place of {wrong} write {right}.",
)
_UNKNOWN_SOMEWHERE = QT_TRANSLATE_NOOP(
    "Config",
    "PicoClaw does not know the key {fields} of its configuration. Take it out, or correct its "
    "name.",
)
_UNKNOWN_MORE = QT_TRANSLATE_NOOP("Config", "{fields} and {more} more")
_SECURITY = QT_TRANSLATE_NOOP(
    "Config",
    "PicoClaw's file .security.yml cannot be used: see line {line}. Correct it there, or restore a "
    "backup.",
)
_SECURITY_SOMEWHERE = QT_TRANSLATE_NOOP(
    "Config",
    "PicoClaw's file .security.yml cannot be used. Correct it, or restore a backup.",
)

CONFIG_FILE: Final = "config.json"
SECURITY_FILE: Final = ".security.yml"

SECURITY_REASON: Final = "failed to load security config: "
_MOST_FIELDS: Final = 5

_RIGHT_NAMES: Final = {
    "api_key": "api_keys",
    "agents.defaults.model": "agents.defaults.model_name",
    "channels": "channel_list",
    "providers": "model_list",
}
"""What older schemas called it (contract 5.1)."""


class ConfigErrorKind(StrEnum):
    """The classes a person has to tell apart (contract B.8)."""

    UNREADABLE = "unreadable"
    SYNTAX = "syntax"
    TYPE = "type"
    UNKNOWN_KEY = "unknown_key"
    UNSUPPORTED_VERSION = "unsupported_version"
    INVALID_VALUE = "invalid_value"
    UNRESOLVED_SECRET = "unresolved_secret"


@dataclass(frozen=True, slots=True)
class ConfigError:
    """One reason why a config cannot be used.

    Attributes:
        kind: the class of the error.
        reason: as the gateway words it, where it can be known.
        line: counted from 1; None if there is no place to name.
        column: counted from 1, in characters.
        explanation: what is wrong, and what to do.
        field: the key, dotted from the root; empty if there is none to name.
        file: ``CONFIG_FILE`` or ``SECURITY_FILE``; empty if it comes from the environment.
        secrets: values that nobody may read in a log all the same, as far as they were found.
    """

    kind: ConfigErrorKind
    reason: str
    line: int | None
    column: int | None
    explanation: Text
    secrets: frozenset[str] = field(
        default=frozenset(), repr=False, compare=False, kw_only=True
    )  # here, for what comes next hides the function
    field: str = ""
    file: str = CONFIG_FILE


class InvalidConfigError(Exception):
    """A value that is well-formed and cannot be used; carries the error without its place."""

    def __init__(
        self, kind: ConfigErrorKind, reason: str, explanation: Text, field: str = ""
    ) -> None:
        super().__init__(reason)
        self.error = ConfigError(kind, reason, None, None, explanation, field)


def unreadable(reason: str, file: str = CONFIG_FILE) -> ConfigError:
    """The file exists and cannot be read; ``reason`` is the operating system's."""
    sentence = _UNREADABLE if file == CONFIG_FILE else _SECURITY_UNREADABLE
    return ConfigError(ConfigErrorKind.UNREADABLE, reason, None, None, text(sentence), file=file)


def too_large(limit_bytes: int, file: str = CONFIG_FILE) -> ConfigError:
    """The file exists and is not read: it would take too long."""
    limit = limit_bytes // 1024
    sentence = text(_TOO_LARGE, file=file, limit=limit)
    reason = f"larger than {limit} KiB"
    return ConfigError(ConfigErrorKind.UNREADABLE, reason, None, None, sentence, file=file)


def placed(error: ConfigError, content: str) -> ConfigError:
    """The same error with the place of its key in ``config.json``, if the key stands there."""
    if not error.field or error.line is not None or error.file != CONFIG_FILE:
        return error
    place = place_of(content, error.field)
    if place is None:
        return error
    return replace(error, line=place[0], column=place[1])


def syntax_error(content: str, offset: int | None, *, precise: bool = True) -> ConfigError:
    """Not JSON.

    Args:
        content: of the file.
        offset: where reading had to end; None if that is not known.
        precise: the gateway names the place, as releases from v0.2.8 on do.
    """
    kind = ConfigErrorKind.SYNTAX
    if offset is None:
        return ConfigError(kind, "config.json syntax error", None, None, text(_SYNTAX_SOMEWHERE))
    at_end = not content[offset:].strip()
    line, column = line_and_column(content, max(len(content) - 1, 0) if at_end else offset)
    what = "unexpected end of JSON input" if at_end else "invalid character"
    where = f"config.json syntax error at line {line}, column {column}"
    reason = f"{where if precise else 'failed to detect config version'}: {what}"
    is_empty = not content.strip()
    explanation = text(_EMPTY) if is_empty else text(_SYNTAX, line=line, column=column)
    return ConfigError(kind, reason, line, column, explanation)


def type_error(content: str, error: WrongTypeError, *, precise: bool = True) -> ConfigError:
    """A value of the wrong type, with its place; ``precise`` as in ``syntax_error``."""
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
    if not precise:
        field = f"Go struct field Config.{error.path}" if error.path else "Go value"
        reason = f"json: cannot unmarshal {error.found} into {field} of type {error.expected}"
    return ConfigError(ConfigErrorKind.TYPE, reason, line, column, explanation, error.path)


def unknown_key(content: str, fields: list[str]) -> ConfigError:
    """Keys that the schema does not have; ``fields`` are sorted and not empty."""
    # A key with a dot in its name cannot be found again.
    line, column = place_of(content, fields[0]) or (None, None)
    listed: Text | str = ", ".join(fields[:_MOST_FIELDS])
    if len(fields) > _MOST_FIELDS:
        listed = text(_UNKNOWN_MORE, fields=listed, more=len(fields) - _MOST_FIELDS)
    if line is None:
        explanation = text(_UNKNOWN_SOMEWHERE, fields=listed)
    else:
        explanation = text(_UNKNOWN, fields=listed, line=line)
    for wrong, right in _RIGHT_NAMES.items():
        if line is not None and (fields[0] == wrong or fields[0].endswith(f".{wrong}")):
            explanation = text(_UNKNOWN_BUT, fields=listed, line=line, wrong=wrong, right=right)
    return ConfigError(
        ConfigErrorKind.UNKNOWN_KEY,
        f"config.json contains unknown field(s): {', '.join(fields)}",
        line,
        column,
        explanation,
        fields[0],
    )


def security_syntax_error(line: int | None) -> ConfigError:
    """``.security.yml`` is not YAML."""
    return _security_error(ConfigErrorKind.SYNTAX, line)


def security_type_error(line: int) -> ConfigError:
    """Something in ``.security.yml`` is not what it has to be, or stands there twice."""
    return _security_error(ConfigErrorKind.TYPE, line)


def _security_error(kind: ConfigErrorKind, line: int | None) -> ConfigError:
    explanation = text(_SECURITY_SOMEWHERE) if line is None else text(_SECURITY, line=line)
    reason = f"{SECURITY_REASON}failed to parse security config"
    return ConfigError(kind, reason, line, None, explanation, file=SECURITY_FILE)
