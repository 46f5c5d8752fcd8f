"""Masks many lines in one go, as bytes, for a file: what lies on a disk is read by others too.

Lines that hold no secret stay the bytes they came as. One cheap look at all of them together finds
those that may hold one, and only these are decoded and masked, each by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from picoclaw_tray.logs.masked_pieces import hide_in_pieces
from picoclaw_tray.logs.needless_escapes import PLACE, resolved
from picoclaw_tray.logs.private_keys import KeyWatch
from picoclaw_tray.logs.redaction import MASK
from picoclaw_tray.logs.splitter import decode_line, display_safe
from picoclaw_tray.logs.suspects import is_suspect, line_spans, places_of, suspects

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from picoclaw_tray.logs.redaction import Redactor

_HIDDEN: Final = MASK.encode()

# An escape sequence in the middle of a secret is taken out before it is shown.
_ESCAPES: Final = (b"\x1b", "\x9b".encode())


class BlockMasker:
    """Masks the lines of one stream, block by block, also a private key printed line by line.

    Args:
        redactor: May be replaced at any time.
    """

    def __init__(self, redactor: Redactor) -> None:
        self.redactor = redactor
        self._keys = KeyWatch()

    def mask_lines(self, lines: Sequence[bytes]) -> bytes:
        r"""The lines, masked, each ended by ``\n``."""
        block = b"\n".join(lines)
        if self._keys.may_concern(block):
            block = b"\n".join([_HIDDEN if self._keys.is_inside(line) else line for line in lines])
        return mask_block(block, self.redactor) + b"\n" if lines else b""


def line_pieces(raw: bytes, redactor: Redactor) -> Iterator[str]:
    """A line of up to megabytes, masked and in its safe form, without any step that takes long."""

    def hide(text: str) -> str:
        return redactor.mask(display_safe(text).replace("\n", "␊"))

    text = raw.decode("utf-8", "replace")
    plain = resolved(text)  # now: what is resolved in one piece alone would differ from the others
    return hide_in_pieces(plain if is_suspect(plain) else text, hide)


def mask_block(block: bytes, redactor: Redactor) -> bytes:
    r"""Lines joined by ``\n``, masked each by itself."""
    spans = line_spans(block, _suspects(block, redactor))
    if not spans:
        return block
    parts = []
    done = 0
    for begin, end in spans:
        parts += [block[done:begin], mask_line(block[begin:end], redactor)]
        done = end
    return b"".join((*parts, block[done:]))


def mask_line(raw: bytes, redactor: Redactor) -> bytes:
    """One line; in its safe form if it holds a secret, otherwise as it came."""
    text = raw.decode("utf-8", "replace")
    shown = decode_line(raw)
    masked = redactor.mask(shown)
    if masked == shown and (shown == text or redactor.mask(text) == text):
        return raw
    return masked.encode()


def _suspects(block: bytes, redactor: Redactor) -> Iterator[int]:
    yield from suspects(block)
    for escape in _ESCAPES:
        if escape[-1] in block:  # to look for one byte costs nothing
            yield from places_of(escape, block)
    if b"\\" in block:
        for match in PLACE.finditer(block):
            yield match.start()
    for value in redactor.values:  # JSON may hold half a pair of surrogates, which no line does
        yield from places_of(value.encode("utf-8", "replace"), block)
