r"""Escapes of JSON or of Go's ``%q`` for characters that need none: ``\u002d`` is "-".

Any letter of a secret may be written so, also of one in a JSON text that stands in a JSON text:
there ``\\u002d`` is "-". Control characters and what is beyond ASCII are no part of any secret's
form; their escapes stay.
"""

from __future__ import annotations

import re
from typing import Final

_NEEDLESS = re.compile(
    r"(\\(?<!\\\\)\\*+)"  # from the first of several on: to try each of them would take long
    r"(?:(?:u00|x|U000000)(?!7[Ff])([2-7][0-9A-Fa-f])|/)"
)
PLACE = re.compile(rb"\\(?:(?:u00|x|U000000)[2-7]|/)")
"""Where there may be one, in bytes."""

_DEEPEST: Final = 3
"""Texts within each other; nobody reads what is hidden deeper."""


def resolved(text: str) -> str:
    """The text with the characters themselves; in JSON it still means the same."""
    for _ in range(_DEEPEST):
        before, text = text, _NEEDLESS.sub(_character, text)
        if text == before:
            break
    return text


def _character(match: re.Match[str]) -> str:
    backslashes, code = match.groups()
    own = len(backslashes) & -len(backslashes)  # so many are one at the depth where it stands
    character = chr(int(code, 16)) if code else "/"
    needed = 2 * own - 1 if character in '"\\' else 0
    return backslashes[own:] + "\\" * needed + character
