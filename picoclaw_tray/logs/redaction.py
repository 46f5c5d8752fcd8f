"""Masks secrets in text that leaves for a person, a file, a socket or our own log.

One table of rules says what a secret looks like. A masked secret becomes ``•••``; what is known to
be public stays, so that the reader still sees which secret it was: ``sk-ant-•••``,
``bot123456789:•••``, ``https://alice:•••@host``. Masking masked text changes nothing.

Few lines hold anything like a secret. So a cheap look (``logs.suspects``) searches for the rare
places where a secret could begin or end, and only a line that has one meets the rules, each behind
substrings of its own. A secret may also be written with escapes that nobody needs
(``logs.needless_escapes``); whoever reads the line as JSON would see it all the same.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from picoclaw_tray.logs.needless_escapes import resolved
from picoclaw_tray.logs.secret_pairs import MASK, PAIR, SIGN, mask_pair
from picoclaw_tray.logs.splitter import display_safe
from picoclaw_tray.logs.suspects import is_suspect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["MASK", "RULES", "Redactor", "Rule", "mask"]

_SHORTEST_VALUE = 6  # a shorter known value would turn ordinary words into masks


@dataclass(frozen=True, slots=True)
class Rule:
    """What one kind of secret looks like.

    Attributes:
        name: For tests and for reading.
        hints: Lower-case substrings; a text without any of them cannot match.
        pattern: Finds the secret.
        replacement: What is put there, as for ``re.sub``.
        sign: In lower case too; where it is not found, a slow pattern need not search.
    """

    name: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    replacement: str | Callable[[re.Match[str]], str]
    sign: re.Pattern[str] | None = None

    def may_match(self, lowered: str) -> bool:
        """Whether a text, given in lower case, is worth a search."""
        if not any(hint in lowered for hint in self.hints):
            return False
        return self.sign is None or self.sign.search(lowered) is not None


def _rule(
    name: str, hints: str, pattern: str, replacement: str | Callable[[re.Match[str]], str]
) -> Rule:
    return Rule(name, tuple(hints.split()), re.compile(pattern), replacement)


# Where a word may begin: also behind an escape of Go's ``%q`` or of JSON, whose letter is none of
# the word's, and behind a colour whose escape character is written out.
_BEHIND_ESCAPE = (
    r"(?<=\\[abfnrtv])|(?<=\\x[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4})|(?<=\[[0-9]m)|(?<=\[[0-9]{2}m)"
)
_START = rf"(?:(?<![A-Za-z0-9])|{_BEHIND_ESCAPE})"
_UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"


def _mask_jwt(match: re.Match[str]) -> str:
    """Only what has a second part is one."""
    return f"eyJ{MASK}" if match[1] else match[0]


def _prefixed(name: str, hints: str, prefix: str, rest: str) -> Rule:
    """A token that begins a word with a public prefix; the prefix is kept."""
    return _rule(name, hints, rf"{_START}({prefix}){rest}", rf"\1{MASK}")


RULES: Final = (
    Rule(
        "pair", ("key", "token", "secret", "pass", "pwd", "auth", "cookie"), PAIR, mask_pair, SIGN
    ),
    # Names such as sk-learn-like-model have neither a digit nor a capital letter; keys do.
    _prefixed(
        "openai-like", "sk-", r"sk-(?:(?:ant|proj|svcacct|admin|or|lf)-)?",
        r"(?:(?=[a-z_-]{0,63}[0-9A-Z])[A-Za-z0-9_-]{16,}|[a-z]{48}(?![A-Za-z0-9_-]))",
    ),
    # Session keys such as sk_v1_<hash> are none.
    _prefixed(
        "elevenlabs-novita-stripe", "sk_", r"sk_(?:live_|test_)?",
        r"(?:(?=[a-z0-9_-]{0,63}[A-Z])(?=[A-Za-z_-]{0,63}[0-9])[A-Za-z0-9_-]{40,}"
        r"|(?=[A-Za-z]{0,63}[0-9])[A-Za-z0-9]{24,})",
    ),
    _prefixed("longcat", "ak_", "ak_", r"(?=[a-z0-9]{0,63}[A-Z])[A-Za-z0-9]{24,}"),
    _prefixed("mimo", "tp-", "tp-", r"(?=[A-Za-z]{0,63}[0-9])[A-Za-z0-9]{32,}"),
    _prefixed("vivgrid", "viv-", "viv-", r"(?=[A-Za-z]{0,63}[0-9])[A-Za-z0-9]{32,}"),
    _prefixed("venice", "-key-", "VENICE-(?:INFERENCE|ADMIN)-KEY-", r"[A-Za-z0-9_-]{16,}"),
    _prefixed("modelscope-volcengine", "ms- ark-", "ms-|ark-", rf"{_UUID}(?:-[A-Za-z0-9]+)?"),
    Rule(
        "zhipu", (".",),
        re.compile(rf"{_START}([0-9a-f]{{32}}\.)[A-Za-z0-9]{{16}}(?![A-Za-z0-9])"), rf"\1{MASK}",
        re.compile(r"\.(?<=[0-9a-f]{32}\.)"),
    ),
    _prefixed("baidu", "bce-v3/", "bce-v3/ALTAK-", r"[A-Za-z0-9]{10,}/[0-9a-f]{40}"),
    _prefixed("brave", "bsa", "BSA", r"(?=[A-Za-z_-]{0,63}[0-9])[A-Za-z0-9_-]{24,}"),
    _prefixed("google", "aiza", "AIza", r"[A-Za-z0-9_-]{30,}"),
    _prefixed("google-auth", "aq.", r"AQ\.", r"[A-Za-z0-9_-]{30,}"),
    _prefixed("google-oauth", "ya29.", r"ya29\.", r"[A-Za-z0-9_-]{16,}"),
    _prefixed("google-client", "gocspx-", "GOCSPX-", r"[A-Za-z0-9_-]{20,}"),
    _prefixed(
        "nvidia-tavily", "nvapi- tvly-", "nvapi-|tvly-(?:dev-|prod-)?", r"[A-Za-z0-9_-]{16,}"
    ),
    # Names such as xai-grok-4-fast-reasoning are in pieces; these keys are in one.
    _prefixed(
        "vendor", "gsk_ xai- pplx- hf_ csk- r8_", "gsk_|xai-|pplx-|hf_|csk-|r8_",
        r"[A-Za-z0-9]{20,}[A-Za-z0-9_-]*",
    ),
    _prefixed(
        "code-host", "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat-",
        "gh[opusr]_|github_pat_|glpat-", r"[A-Za-z0-9_-]{16,}",
    ),
    _prefixed("aws", "akia", "AKIA", r"[A-Z0-9]{16}(?![A-Za-z0-9])"),
    _rule("aws-signature", "signature=", r"([Ss]ignature=)[0-9a-f]{64}", rf"\1{MASK}"),
    _prefixed(
        "bedrock", "absk bedrock-api-key-", "ABSK|bedrock-api-key-",
        r"[A-Za-z0-9]{23}[A-Za-z0-9+/]{20,}={0,2}",
    ),
    _prefixed(
        "slack", "xox xapp-", r"xox[a-z]-|xapp-",
        r"(?=[A-Za-z-]{0,63}[0-9])[A-Za-z0-9-]{10,}",
    ),
    _rule(
        "webhook", "hook/ hooks/ hooks.slack.com",
        r"(/api/webhooks/\d+/|hooks\.slack\.com/[a-z]+/\w+/(?:\w+/)?|/bot/(?:v2/)?hook/)"
        r"[A-Za-z0-9_-]{16,}",
        rf"\1{MASK}",
    ),
    _rule("teams", "hook/", r"(/IncomingWebhook/)[A-Za-z0-9_/-]{16,}", rf"\1{MASK}"),
    _rule("azure-signature", "sig=", r"([?&]sig=)[A-Za-z0-9_-]{43}[A-Za-z0-9_%-]*", rf"\1{MASK}"),
    _rule(
        "telegram", ": %3a", r"(?<![0-9])([0-9]{6,12}(?::|%3[Aa]))[A-Za-z0-9_-]{30,}", rf"\1{MASK}"
    ),
    _prefixed("matrix", "syt_", "syt_", r"(?=[a-z_-]{0,63}[0-9A-Z])[A-Za-z0-9_-]{24,}"),
    _prefixed("matrix-oauth", "mat_ mct_", "m[ac]t_", r"[A-Za-z0-9]{30}_[A-Za-z0-9]{6}"),
    _prefixed("vk", "vk1.a.", r"vk1\.a\.", r"[A-Za-z0-9_-]{40,}"),
    _rule(
        "discord", ".",
        rf"(?:(?<![\w.-])|{_BEHIND_ESCAPE})"
        r"[MNO][A-Za-z0-9_-]{17,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}", MASK,
    ),
    # The whole word at once, also of what is none: each "eyJ" in it would be tried to its end.
    _rule(
        "jwt", "eyj",
        _START + r"eyJ[A-Za-z0-9_-]{8,}+(\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?)?", _mask_jwt,
    ),
    _rule(
        "private-key", "private key",
        r"(-----BEGIN [A-Z ]*PRIVATE KEY-----)(?s:(?!-----END).)+", rf"\1{MASK}",
    ),
    # Encrypted, but not for everybody's eyes (contract 5.6).
    _rule("encrypted", "enc://", r"(enc://)[A-Za-z0-9+/=_-]+", rf"\1{MASK}"),
    _rule("url-password", "@", r"(://[^\s/?#@:\"']*:)[^\s/?#\"']+@", rf"\1{MASK}@"),
    _rule("url-user-token", "@", r"(://)[A-Za-z0-9_-]{20,}@", rf"\1{MASK}@"),
    # "Bearer authentication" is prose: a token has a digit or is long.
    _rule(
        "bearer", "bearer",
        _START + r"([Bb](?:earer|EARER)\s+)(?=\S*\d|\S{20})[A-Za-z0-9._~+/=-]{6,}", rf"\1{MASK}",
    ),
    _rule("sub-protocol", "token.", _START + r"(token\.)[A-Za-z0-9_-]{16,}", rf"\1{MASK}"),
    _rule("token-in-prose", "token", _START + r"([Tt]oken(?: is)? )[0-9a-f]{32}\b", rf"\1{MASK}"),
    _rule("cookie", "cookie", _START + r"([Cc]ookie: +)[^\"'\n]+", rf"\1{MASK}"),
    _rule(
        "flag", "--",
        rf"(?:(?<![A-Za-z0-9_-])|{_BEHIND_ESCAPE})"
        r"(--[a-z-]{0,30}(?:token|secret|password|passphrase|key) +)"
        r"[^\s\"'-][^\s\"']*",
        rf"\1{MASK}",
    ),
)  # fmt: skip


def mask(text: str, values: Iterable[str] = ()) -> str:
    """Masks these values, and then everything in a text that looks like a secret.

    A text keeps the escapes it has, unless a secret is written with some.
    """
    masked = _masked(text, values)
    if "\\" not in text or (plain := resolved(text)) == text:
        return masked
    masked_plain = _masked(plain, values)
    return masked if masked_plain in {plain, resolved(masked)} else masked_plain


def _masked(text: str, values: Iterable[str]) -> str:
    for value in values:
        text = text.replace(value, MASK)
    if not is_suspect(text):
        return text
    lowered = text.lower()
    rules = [rule for rule in RULES if rule.may_match(lowered)]
    while (masked := _apply(rules, text)) != text:  # a mask may clear the way for another rule
        text = masked
    return text


def _apply(rules: Iterable[Rule], text: str) -> str:
    for rule in rules:
        text = rule.pattern.sub(rule.replacement, text)
    return text


def _spellings(value: str) -> Iterator[str]:
    """A value as it is, as it is shown, within quotes, and within a text within quotes."""
    yield value
    yield display_safe(value)
    for is_ascii in (False, True):
        quoted = json.dumps(value, ensure_ascii=is_ascii)[1:-1]
        yield quoted
        yield json.dumps(quoted)[1:-1]


@dataclass(frozen=True, slots=True)
class Redactor:
    """Masks what looks like a secret, and values that are known to be one.

    Attributes:
        values: Known secrets, such as the PID file's token, however they are spelled; the longest
            first, lest a part of one is masked before the whole. Never show or log them.
    """

    values: tuple[str, ...] = field(default=(), repr=False)

    def knowing(self, *values: str) -> Redactor:
        """Returns a redactor that masks these values too; blank and very short ones are passed."""
        spelled = {way for value in values for way in _spellings(value)}
        long_enough = {way for way in spelled if len(way.strip()) >= _SHORTEST_VALUE}
        return Redactor(tuple(sorted(long_enough.union(self.values), key=len, reverse=True)))

    def mask(self, text: str) -> str:
        """Masks known values, and then what looks like a secret."""
        return mask(text, self.values)
