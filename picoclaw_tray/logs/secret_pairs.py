"""Masks the value beside a key whose name says that it is secret.

In whatever notation a log line may hold the pair: ``key=value``, JSON (escaped or not), YAML, Go
maps, headers, URL queries. The hard part is what *not* to mask: ``tokens=512``,
``has_api_key=true`` and ``refresh token: cannot reach host`` have to stay readable.
"""

from __future__ import annotations

import re
from typing import Final

MASK: Final = "•••"

# Keys are matched by their end: access_token, botToken, PICOCLAW_KEY_PASSPHRASE.
_KEY = (
    r"(?:(?:api|access|secret|private|encrypt|encryption|aes|signing|auth|subscription)[ _-]?keys?"
    r"(?:\ provided)?"
    r"|token|secret|password(?:[_-]?hash)?|passwd|passphrase|(?P<auth>authorization)|cookie"
    r"|(?:pass(?<!bypass)(?<!compass)|pwd)(?=\\*[\"']|[ \t]*=)"
    r"(?!\\*[\"']?[ \t]*[=:]+[ \t]*\\*[\"']?(?:[/~]|[A-Za-z]:[\\/]))"  # a folder
    r"|(?<=[?&])key|(?<=u0026)key)"  # ?key= of a URL, & as Go's JSON encoder writes it
)
_SCHEME = r"(?:Bearer|Basic|Bot)\ +"
_OTHER_SCHEME = r"(?:Token|Digest|Negotiate|NTLM|Api-?Key|Key|QQBot|OAuth|DPoP|AWS4-HMAC-SHA256)\ +"
_BACKSLASH = r"\\(?![\\\"'nrtu])"  # not the one of an escape that ends the value
PAIR: Final = re.compile(
    rf"""
    (?P<head> (?= [acekpst] ) {_KEY} (?P<closing> \\*["'] )?
        (?: (?P<equals> [ \t]* =+>? (?: [ \t]+ (?![\w.-]+=) )? )  # api_key= next=1
          | [ \t]* :=? (?P<gap> [ \t]* ) ) )
    (?:
        \[ (?P<items> [^\]\n]* )
      | (?P<quote> \\*["'] ) (?P<scheme> {_SCHEME} )?
        (?P<quoted> .*? ) (?P<end> (?<!\\)(?P=quote) | $ )
      | (?(auth) (?! \w+=\\*["']\w ) )
        (?: (?P<bare_scheme> {_SCHEME} )
          | (?(auth) (?P<other_scheme> {_OTHER_SCHEME} ) | (?!) )
          | (?(auth) (?(equals) (?!) | (?P<word> [\w.-]+ \ + ) ) | (?!) ) )?
        (?(auth) (?! \w+=\\*["']\w ) )
        (?! \{{ )
        (?P<bare>
            (?(equals) (?: [^\s"'\\&,;] | [,;](?!\w+=) | {_BACKSLASH} )+
                     | (?: [^\s"'\\,\])}}] | {_BACKSLASH} )+ ) )
    )
    """,
    re.ASCII | re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
SIGN: Final = re.compile(
    r"(?:keys?|provided|token|secret|hash|password|passwd|passphrase|authorization|cookie|pass|pwd)"
    r"(?:\\*[\"'])?[ \t]*[=:]"
)
"""Where a key may end, in lower case; found in a tenth of the time, in whatever is no pair."""

_START_OF_LINE = re.compile(r"^[ \t-]*[\w.-]*\Z", re.ASCII | re.MULTILINE)
_LONGEST_INDENTED_KEY = 80
_ITEM = re.compile(r"""(?:\\[^"']|[^\s,"'\\])+""")
_NO_SECRET = re.compile(
    r"true|false|null|none|<?nil>?|yes|no|on|off|ok|empty|missing|set|unset|required", re.IGNORECASE
)
_COUNT_DIGITS = 6  # token: 4096 is a number of tokens
_SHORTEST_CODE = 6
_LONG = 20


def mask_pair(match: re.Match[str]) -> str:
    """Returns the matched pair with its value masked, or as it was if that is no secret."""
    head = match["head"]
    if (items := match["items"]) is not None:
        return f"{head}[{_ITEM.sub(MASK, items)}"
    if (quote := match["quote"]) is not None:
        value = MASK if match["quoted"] else ""
        return f"{head}{quote}{match['scheme'] or ''}{value}{match['end']}"
    prose = _is_prose(match)
    word, value = match["word"] or "", match["bare"]
    word_is_secret = bool(word) and _is_secret(word.rstrip(), prose=prose)
    if not word_is_secret and not _is_secret(value, prose=prose):
        return match[0]
    quote = match["closing"] or ""  # a number in JSON: keep it JSON
    scheme = (
        match["bare_scheme"] or match["other_scheme"] or (f"{MASK} " if word_is_secret else word)
    )
    value = MASK if _is_secret(value, prose=prose) else value
    return f"{head}{quote}{scheme}{value}{quote}"


def _is_prose(match: re.Match[str]) -> bool:
    """Whether the pair may be part of a sentence: ``invalid token: not found``."""
    if match["closing"] or match["bare_scheme"] or match["equals"] or not match["gap"]:
        return False
    if (match["other_scheme"] or "")[:1].isupper():
        return False
    start = match.start()
    return not _START_OF_LINE.search(match.string, max(0, start - _LONGEST_INDENTED_KEY), start)


def _is_secret(value: str, *, prose: bool) -> bool:
    if _NO_SECRET.fullmatch(value) or (value.isdecimal() and len(value) <= _COUNT_DIGITS):
        return False
    if not prose or MASK in value:
        return True
    if value.endswith(":") or "://" in value:
        return False
    code = len(value) >= _SHORTEST_CODE and any(map(str.isdigit, value))
    return code or len(value) >= _LONG
