"""Values that are well-formed and cannot be used all the same: why, and what to do."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from picoclaw_tray.gateway.config_error import (
    CONFIG_FILE,
    SECURITY_REASON,
    ConfigErrorKind,
    InvalidConfigError,
)
from picoclaw_tray.gateway.go_quoting import quote
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

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
_MODEL_TEXT = QT_TRANSLATE_NOOP(
    "Config",
    "The value of {field} in PicoClaw's configuration cannot be used: it must not contain spaces "
    "or “//”, nor begin with “/”.",
)
_MODEL_NULL = QT_TRANSLATE_NOOP(
    "Config", "The entry {entry} of PicoClaw's configuration is empty (null). Take it out."
)
_CHOICE = QT_TRANSLATE_NOOP(
    "Config",
    "The value of {field} in PicoClaw's configuration is not known. Use one of: {choices}.",
)
_NEGATIVE = QT_TRANSLATE_NOOP(
    "Config", "The value of {field} in PicoClaw's configuration must not be negative."
)
_CHANNEL_TYPE = QT_TRANSLATE_NOOP(
    "Config",
    "PicoClaw does not know channels of the type “{type}”, which channel_list.{channel} has. "
    "Correct its type, or take the channel out.",
)
_CHANNEL_TWICE = QT_TRANSLATE_NOOP(
    "Config",
    "Only one channel of the type “{type}” may be enabled, but these are: {channels}. Disable all "
    "but one.",
)
_SECRET_FILE = QT_TRANSLATE_NOOP(
    "Config",
    "The value of {field} is to come from the file {name}, which is missing, empty, or not below "
    "the folder of config.json.",
)
_SECRET_NAMELESS = QT_TRANSLATE_NOOP(
    "Config", "The value of {field} is to come from a file, but names none."
)
_SECRET_PASSPHRASE = QT_TRANSLATE_NOOP(
    "Config",
    "The value of {field} is encrypted, and the environment variable PICOCLAW_KEY_PASSPHRASE is "
    "not set. A tray that was started at login may lack it: start it where the variable is set.",
)
_SECRET_KEY_FILE = QT_TRANSLATE_NOOP(
    "Config",
    "The value of {field} is encrypted, and the key file that belongs to it was not found. Name it "
    "in the environment variable PICOCLAW_SSH_KEY_PATH.",
)
_SECRET_FORM = QT_TRANSLATE_NOOP(
    "Config", "The value of {field} is said to be encrypted, but it is not complete."
)
_VERSION = QT_TRANSLATE_NOOP(
    "Config",
    "PicoClaw's configuration has the schema version {version}, which is not supported. "
    "A newer PicoClaw may be needed.",
)


def unsupported_version(version: int) -> InvalidConfigError:
    """A schema newer than any known one."""
    return InvalidConfigError(
        ConfigErrorKind.UNSUPPORTED_VERSION,
        f"unsupported config version: {version}",
        text(_VERSION, version=version),
        "version",
    )


def invalid_host() -> InvalidConfigError:
    """An empty entry in the host list, the one thing the gateway objects to when it loads it."""
    reason = "invalid gateway host: host list contains an empty entry"
    return InvalidConfigError(ConfigErrorKind.INVALID_VALUE, reason, text(_HOST), "gateway.host")


def invalid_port(port: int) -> InvalidConfigError:
    """A port out of range; the gateway loads it and then refuses to start."""
    reason = f"invalid gateway port: {port}, port must be between 1 and 65535"
    explanation = text(_PORT, port=str(port))
    return InvalidConfigError(ConfigErrorKind.INVALID_VALUE, reason, explanation, "gateway.port")


def from_environment(error: InvalidConfigError) -> InvalidConfigError:
    """The same error, of a value that stands in no file."""
    error.error = replace(error.error, field="", file="")
    return error


def invalid_variable(variable: str, field: str, expected: str) -> InvalidConfigError:
    """An environment override that cannot be parsed; its value is not repeated."""
    reason = f'env: parse error on field "{field}" of type "{expected}"'
    explanation = text(_VARIABLE, variable=variable, expected=expected)
    return from_environment(InvalidConfigError(ConfigErrorKind.INVALID_VALUE, reason, explanation))


def missing_in_model(entry: str, key: str) -> InvalidConfigError:
    """An entry of the model list that lacks a required key."""
    return InvalidConfigError(
        ConfigErrorKind.INVALID_VALUE,
        f"{entry}: {key} is required",
        text(_MODEL, entry=entry, key=key),
        entry,
    )


def null_model(entry: str) -> InvalidConfigError:
    """An entry of the model list that is null; the gateway would crash on it."""
    explanation = text(_MODEL_NULL, entry=entry)
    return InvalidConfigError(ConfigErrorKind.TYPE, f"{entry}: null", explanation, entry)


def invalid_model_id(entry: str) -> InvalidConfigError:
    """A model identifier with white space or misplaced slashes."""
    field = f"{entry}.model"
    explanation = text(_MODEL_TEXT, field=field)
    reason = f"{entry}: model cannot be used"
    return InvalidConfigError(ConfigErrorKind.INVALID_VALUE, reason, explanation, field)


def invalid_choice(field: str, choices: tuple[str, ...]) -> InvalidConfigError:
    """A word that is none of those allowed."""
    explanation = text(_CHOICE, field=field, choices=", ".join(choices))
    reason = f"{field}: unknown value"
    return InvalidConfigError(ConfigErrorKind.INVALID_VALUE, reason, explanation, field)


def negative(field: str) -> InvalidConfigError:
    """A number below zero where none is allowed."""
    reason = f"{field}: negative"
    explanation = text(_NEGATIVE, field=field)
    return InvalidConfigError(ConfigErrorKind.INVALID_VALUE, reason, explanation, field)


def unknown_channel_type(channel: str, channel_type: str) -> InvalidConfigError:
    """A channel of a type that this release does not have."""
    return InvalidConfigError(
        ConfigErrorKind.INVALID_VALUE,
        f"channel {quote(channel)} has unknown type {quote(channel_type)}",
        text(_CHANNEL_TYPE, channel=channel, type=channel_type),
        f"channel_list.{channel}",
    )


def channel_twice(channel_type: str, channels: list[str]) -> InvalidConfigError:
    """More than one enabled channel of a type that allows one (contract 5.2)."""
    return InvalidConfigError(
        ConfigErrorKind.INVALID_VALUE,
        f"channel type {quote(channel_type)}: {len(channels)} enabled",
        text(_CHANNEL_TWICE, type=channel_type, channels=", ".join(channels)),
        f"channel_list.{channels[1]}",
    )


class SecretProblem(StrEnum):
    """Why a secret has no value; the words are the gateway's, where they are known."""

    NO_NAME = "credential: file:// reference names no file"
    NO_FILE = "credential: file:// cannot be read"
    NO_PASSPHRASE = "credential: enc:// passphrase required"
    NO_KEY_FILE = "credential: enc:// key file not found"
    INCOMPLETE = "credential: enc:// value is not complete"


_SECRET_SENTENCES = {
    SecretProblem.NO_NAME: _SECRET_NAMELESS,
    SecretProblem.NO_FILE: _SECRET_FILE,
    SecretProblem.NO_PASSPHRASE: _SECRET_PASSPHRASE,
    SecretProblem.NO_KEY_FILE: _SECRET_KEY_FILE,
    SecretProblem.INCOMPLETE: _SECRET_FORM,
}


def unresolved_secret(
    problem: SecretProblem, field: str, name: str = "", *, file: str = CONFIG_FILE
) -> InvalidConfigError:
    """A secret that names a file, or is encrypted, and cannot be had.

    Args:
        problem: why.
        field: the key of the secret.
        name: of the file it is to come from.
        file: where the secret is named.
    """
    sentence = _SECRET_SENTENCES[problem]
    gaps = (("field", field), ("name", name))
    explanation = Text(sentence, tuple(gap for gap in gaps if f"{{{gap[0]}}}" in sentence.source))
    kind = ConfigErrorKind.UNRESOLVED_SECRET
    reason = problem.value if file == CONFIG_FILE else f"{SECURITY_REASON}{problem.value}"
    error = InvalidConfigError(kind, reason, explanation, field)
    error.error = replace(error.error, file=file)
    return error
