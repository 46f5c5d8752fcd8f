"""Where the value of a secret comes from: the text itself, a file, or an encrypted form (5.6).

Only whether there is a value, and which, is of interest; nothing is ever decrypted.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import yaml

from picoclaw_tray.gateway.config_error import CONFIG_FILE
from picoclaw_tray.gateway.config_value_error import SecretProblem, unresolved_secret
from picoclaw_tray.gateway.go_json import decode_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE_SCHEME: Final = "file://"
ENCRYPTED_SCHEME: Final = "enc://"
_OVERRIDE: Final = "PICOCLAW_"
_SALT_NONCE_AND_ONE: Final = 16 + 12 + 1
_SHORTEST_SECRET: Final = 8
_LONGEST_NUMBER: Final = 11
_WORD: Final = r"(?:[A-Z]?[a-z]{1,18}|[A-Z]{1,19})"
_WORDS: Final = re.compile(rf"{_WORD}(?:[ _.-]+(?:{_WORD}|[0-9]{{1,2}}))*")


class MissingSecretFileError(Exception):
    """A secret names a file that does not exist; in ``.security.yml`` that is no error."""


@dataclass(frozen=True, slots=True)
class SecretSources:
    """What the reader found where secrets point to.

    Attributes:
        files: trimmed content by name; None if the file does not exist, empty if it has nothing
            in it, lies outside the folder of the config or cannot be read.
        has_passphrase: ``PICOCLAW_KEY_PASSPHRASE`` is set.
        has_key_file: the SSH key file for encrypted secrets is there.
    """

    files: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    has_passphrase: bool = False
    has_key_file: bool = False

    def read(self, raw: str, path: str, file: str = CONFIG_FILE) -> str:
        """The value of one secret; an encrypted one stays as it is.

        Args:
            raw: as it stands in the file.
            path: its key, for the error.
            file: where it stands.

        Raises:
            MissingSecretFileError: it names a file that does not exist.
            InvalidConfigError: it cannot be had for another reason.
        """
        if raw.startswith(FILE_SCHEME):
            return self._from_file(raw, path, file)
        if raw.startswith(ENCRYPTED_SCHEME):
            problem = self._encryption_problem(raw)
            if problem is not None:
                raise unresolved_secret(problem, path, file=file)
        return raw

    def _from_file(self, raw: str, path: str, file: str) -> str:
        name = file_name(raw)
        if not name:
            raise unresolved_secret(SecretProblem.NO_NAME, path, file=file)
        content = self.files.get(name)
        if content is None:
            raise MissingSecretFileError
        if not content:
            raise unresolved_secret(SecretProblem.NO_FILE, path, name, file=file)
        return content

    def _encryption_problem(self, raw: str) -> SecretProblem | None:
        if not self.has_passphrase:
            return SecretProblem.NO_PASSPHRASE
        try:
            blob = base64.b64decode(_unfolded(raw.removeprefix(ENCRYPTED_SCHEME)), validate=True)
        except (binascii.Error, ValueError):
            return SecretProblem.INCOMPLETE
        if len(blob) < _SALT_NONCE_AND_ONE:
            return SecretProblem.INCOMPLETE
        return None if self.has_key_file else SecretProblem.NO_KEY_FILE


def is_unmistakable(value: str) -> bool:
    """Whether a secret's value is nothing else wherever it stands: no plain words, no short number.

    An encrypted one is no secret itself, and masked by its form.
    """
    shortest = _LONGEST_NUMBER + 1 if value.isdecimal() else _SHORTEST_SECRET
    is_short = len(value) < shortest
    return not (is_short or value.startswith(ENCRYPTED_SCHEME) or _WORDS.fullmatch(value))


def file_name(raw: str) -> str:
    """The name in a ``file://`` secret, relative to the folder of the config."""
    return raw.removeprefix(FILE_SCHEME).strip()


def secret_file_names(
    config: bytes | None, security: bytes | None, environ: Mapping[str, str]
) -> frozenset[str]:
    """The files that the secrets of both documents, and overrides of them, name.

    What cannot be read names none.
    """
    strings = (
        *_json_strings(config or b""),
        *_yaml_strings(security or b""),
        *(
            part
            for name in environ
            if name.startswith(_OVERRIDE)
            for part in environ[name].split(",")
        ),
    )
    return frozenset(file_name(raw) for raw in strings if raw.startswith(FILE_SCHEME))


def _unfolded(encoded: str) -> str:
    return encoded.replace("\n", "").replace("\r", "")


def _json_strings(raw: bytes) -> Iterator[str]:
    # An escaped slash would hide the scheme.
    if FILE_SCHEME.encode() not in raw.replace(b"\\/", b"/"):
        return
    try:
        waiting = [decode_json(raw)]
    except ValueError:
        return
    while waiting:
        match waiting.pop():
            case str(value):
                yield value
            case list(items):
                waiting += items
            case dict(members):
                waiting += members.values()
            case _:
                pass


def _yaml_strings(raw: bytes) -> Iterator[str]:
    if FILE_SCHEME.encode() not in raw:
        return
    try:
        for token in yaml.scan(raw, Loader=yaml.SafeLoader):
            if isinstance(token, yaml.ScalarToken):
                yield token.value
    except (yaml.YAMLError, RecursionError):
        return
