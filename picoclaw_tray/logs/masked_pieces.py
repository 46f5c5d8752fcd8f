"""Hides secrets in a text of megabytes piece by piece, so that no single step takes long.

A text may be cut where hiding both sides of the cut together gives the same as hiding each by
itself: no secret lies across it. Of a piece in which no such cut is found nothing doubtful is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from picoclaw_tray.logs.secret_pairs import MASK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SIGNS = re.compile(r"\s(?=\S)"), re.compile(r"[,;&)\]}]")
_TRIED = 2  # of each sign
_KEY_BEGINS, _KEY_ENDS = "PRIVATE KEY-----", "-----END"


@dataclass(frozen=True, slots=True)
class PieceSizes:
    """In characters.

    Attributes:
        usual: Of a piece.
        longest: Of a piece in which no harmless cut was found.
        margin: Longest secret that is never shown in half.
    """

    usual: int = 16 * 1024
    longest: int = 64 * 1024
    margin: int = 4096


SIZES: Final = PieceSizes()


def hide_in_pieces(
    text: str, hide: Callable[[str], str], sizes: PieceSizes = SIZES
) -> Iterator[str]:
    """The text with its secrets hidden, in pieces.

    Args:
        text: Of any length.
        hide: Masks a short text. Its time decides how long a step takes.
        sizes: For tests.
    """
    pieces = _Pieces(text, hide, sizes)
    begin = 0
    while begin < len(text):
        piece, begin = pieces.next(begin)
        yield piece


class _Pieces:
    def __init__(self, text: str, hide: Callable[[str], str], sizes: PieceSizes) -> None:
        self._text = text
        self._hide = hide
        self._sizes = sizes

    def next(self, begin: int) -> tuple[str, int]:
        """The piece that begins there, and where the next one does."""
        length = self._sizes.usual
        while len(self._text) - begin > length + self._sizes.margin:
            for cut in self._cuts(begin + length):
                near = max(begin, cut - self._sizes.margin)
                if self._hidden_before(near, cut) is None:
                    continue
                piece = self._hidden_before(begin, cut)
                if piece is not None:
                    return piece, cut
                break  # a secret that began far away would go on at other cuts too
            if length >= self._sizes.longest:
                return self._doubtful(begin, begin + length + self._sizes.margin)
            length *= 2
        return self._hide(self._text[begin:]), len(self._text)

    def _cuts(self, wanted: int) -> list[int]:
        """Where to try: behind what rarely is inside a secret, or just there."""
        earliest = wanted - self._sizes.usual // 8
        cuts = []
        for sign in _SIGNS:
            found = [match.end() for match in sign.finditer(self._text, earliest, wanted)]
            cuts += found[:: -max(1, len(found) // _TRIED)][:_TRIED]
        return [*cuts, wanted, wanted - 1]

    def _hidden_before(self, begin: int, cut: int) -> str | None:
        """What is before the cut, with secrets hidden; none if the cut does harm."""
        right = self._text[cut : cut + self._sizes.margin]
        left = self._hide(self._text[begin:cut])
        whole = self._hide(self._text[begin : cut + self._sizes.margin])
        return left if whole == left + self._hide(right) else None

    def _doubtful(self, begin: int, end: int) -> tuple[str, int]:
        """A piece whose end may lie in a secret: that one is hidden as far as it may reach."""
        shown = self._hide(self._text[begin:end])[: -self._sizes.margin]
        resume = self._text.find(self._end_sign(begin, end), end)
        while resume >= 0 and not self._is_over(begin, resume):
            resume = self._text.find(self._end_sign(begin, resume), resume + 1)
        return shown + MASK, len(self._text) if resume < 0 else resume

    def _end_sign(self, begin: int, end: int) -> str:
        """Most secrets end with the line; a private key does not."""
        return _KEY_ENDS if self._is_in_key(begin, end) else "\n"

    def _is_in_key(self, begin: int, end: int) -> bool:
        key_begins = self._text.rfind(_KEY_BEGINS, begin, end)
        return key_begins >= 0 and self._text.rfind(_KEY_ENDS, key_begins, end) < 0

    def _is_over(self, begin: int, resume: int) -> bool:
        """Whether nothing of what is hidden goes on there."""
        if self._text.startswith(_KEY_ENDS, resume):
            return True
        near = max(begin, resume - self._sizes.margin)
        is_in_key = self._is_in_key(begin, resume)
        return not is_in_key and self._hidden_before(near, resume) is not None
