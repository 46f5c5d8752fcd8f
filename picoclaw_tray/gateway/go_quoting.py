"""Strings in double quotes the Go way (``strconv.Quote``): readiness reasons, log fields."""

from __future__ import annotations

import re

_SHORT = {
    "\a": r"\a",
    "\b": r"\b",
    "\f": r"\f",
    "\n": r"\n",
    "\r": r"\r",
    "\t": r"\t",
    "\v": r"\v",
    '"': r"\"",
    "\\": r"\\",
}
_MEANING = {escape[1]: character for character, escape in _SHORT.items()} | {"'": "'"}
_ESCAPE = re.compile(
    r"""\\(?:([abfnrtv"'\\])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))"""
)
_REPLACEMENT = "\ufffd"
_LAST_ONE_BYTE = 0x7F
_LAST_TWO_BYTE = 0xFFFF


def quote(plain: str) -> str:
    """Quotes a string: printable Unicode is kept, everything else becomes an escape."""
    return f'"{"".join(_escaped(character) for character in plain)}"'


def unquote(quoted: str) -> str:
    """Undoes ``quote``; a closing quote that was cut off is not missed, a strange escape stays."""
    inner = quoted.removeprefix('"')
    return _ESCAPE.sub(_unescaped, inner.removesuffix('"') if len(quoted) > 1 else inner)


def _escaped(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if character.isprintable():
        return character
    code = ord(character)
    if _is_surrogate(code):
        return _REPLACEMENT
    if code <= _LAST_ONE_BYTE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _LAST_TWO_BYTE else f"\\U{code:08x}"


def _unescaped(match: re.Match[str]) -> str:
    short, byte, small, large = match.groups()
    if short:
        return _MEANING[short]
    code = int(byte or small or large, 16)
    # A byte above ASCII stands for broken UTF-8.
    if (byte and code > _LAST_ONE_BYTE) or _is_surrogate(code) or code > 0x10FFFF:  # noqa: PLR2004
        return _REPLACEMENT
    return chr(code)


def _is_surrogate(code: int) -> bool:
    return 0xD800 <= code <= 0xDFFF  # noqa: PLR2004
