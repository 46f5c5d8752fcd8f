"""What looks like the secrets of a config, found in its text alone, so in a broken one too.

Neither JSON nor YAML is parsed: a name that tells a secret, and the values behind it.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from picoclaw_tray.gateway.secrets import FILE_SCHEME

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCALAR: Final = r"(?:\"(?:[^\"\\\n]|\\.)*+|'[^'\n]*+|[^\s\"',:#&*{}\[\]][^\n,}\]]*+)"
_NAMED: Final = re.compile(
    rf"""
    (?:(?:api|access|secret|private|encrypt|encryption|aes|signing|auth)[_-]?key
      |token|secret|passw(?:or)?d|passphrase)s?["']?[ \t]*+:
    (?: \s*+ \[ (?P<list> (?: \s*+ {_SCALAR} ["']? \s*+ ,? )*+ )
      | \s*+ (?P<block> (?: -[ \t]++ {_SCALAR} ["']? \s*+ )++ )
      | [ \t]*+ (?P<one> {_SCALAR} ) )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_VALUE: Final = re.compile(rf"(?:^[ \t]*-[ \t]+)?({_SCALAR})[\"']?", re.MULTILINE)


def loose_secrets(text: str) -> Iterator[str]:
    """The values that are named as secrets, those that are words or numbers included.

    Args:
        text: Of ``config.json`` or ``.security.yml``.
    """
    for named in _NAMED.finditer(text):
        for value in _VALUE.findall(named[named.lastgroup or 0]):
            if not (secret := _unquoted(value)).startswith(FILE_SCHEME):
                yield secret


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value.removeprefix("'").partition(" #")[0].strip()
    try:
        return str(json.loads(f'{value}"', strict=False))
    except ValueError:  # an escape of YAML
        return value[1:]
