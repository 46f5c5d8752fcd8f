"""From the bytes of a pipe to lines, and from a line to text that is safe to show.

Knows nothing of what the lines say. Goals of the splitter, in this order:

- The same lines come out wherever the pipe cuts the bytes, in the middle of a character too: lines
  stay bytes until ``decode_line``.
- Capture never stops and memory stays bounded: a line over the limit is cut, and a mark says by
  how much (upstream's own reader gives up at 1 MiB: contract 15, defect 22).
- O(n): bytes that were searched for a line end once are not searched again.
"""

from __future__ import annotations

import re

MAX_LINE_BYTES = 16 * 1024 * 1024
"""No program means to print a longer one; four of them fill the store."""

CUT_MARK = " …[{count} bytes cut]"

_ESCAPE_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor, erase
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC: titles, hyperlinks
    r"|\x1b[PX^_][^\x1b]*\x1b\\"  # DCS, SOS, PM, APC
    r"|\x1b[ -/]*[0-OQ-WYZ\\`-~]"  # two characters: character sets, keypad, reset
)
# Besides the control characters: what breaks a line in Qt, what turns the direction of writing
# around, and halves of surrogate pairs, which JSON may hold and UTF-8 may not.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_PICTURES = 0x2400  # "␀", the first of Unicode's control pictures; they follow ASCII's order
_DELETE, _DELETE_PICTURE = 0x7F, "␡"
_LATIN_1_END = 0x100


class LineSplitter:
    """Cuts a stream of chunks into lines. LF and CR LF end a line, a lone CR does not.

    Args:
        max_line_bytes: Longest line, without its end, that is kept whole.
    """

    def __init__(self, max_line_bytes: int = MAX_LINE_BYTES) -> None:
        self._limit = max_line_bytes
        self._pending = bytearray()  # the unfinished line, up to the limit
        self._excess = 0  # how many bytes of it are over the limit, and gone
        self._ends_with_cr = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """Takes the next bytes and returns the lines they complete, without line ends."""
        head, newline, rest = chunk.partition(b"\n")
        self._hold(head)
        if not newline:
            return []
        lines = [self._complete()]
        if b"\r" in rest:  # to look for one byte costs nothing
            rest = rest.replace(b"\r\n", b"\n")
        whole = rest.split(b"\n")
        last = whole.pop()
        if len(rest) > self._limit:  # no line of a smaller chunk can be too long
            whole = [self._cut(line) for line in whole]
        lines += whole
        self._hold(last)
        return lines

    def finish(self) -> list[bytes]:
        """Returns the last line if the stream ended without a line end, and starts afresh."""
        if not self._pending and not self._excess:
            return []
        self._ends_with_cr = False  # without its LF it is part of the line
        return [self._complete()]

    def _hold(self, part: bytes) -> None:
        if not part:
            return
        room = max(0, self._limit - len(self._pending))
        self._pending += part[:room]
        self._excess += max(0, len(part) - room)
        self._ends_with_cr = part.endswith(b"\r")

    def _complete(self) -> bytes:
        if self._ends_with_cr and self._excess:
            self._excess -= 1
        elif self._ends_with_cr:
            self._pending.pop()
        line = bytes(self._pending) + _mark(self._excess)
        self._pending.clear()
        self._excess = 0
        self._ends_with_cr = False
        return line

    def _cut(self, line: bytes) -> bytes:
        excess = len(line) - self._limit
        return line if excess <= 0 else line[: self._limit] + _mark(excess)


def _mark(excess: int) -> bytes:
    return CUT_MARK.format(count=excess).encode() if excess else b""


def decode_line(raw: bytes) -> str:
    """Decodes a line of UTF-8, with replacement, into one line that is safe to show."""
    text = raw.decode("utf-8", "replace")
    return text if text.isprintable() else display_safe(text).replace("\n", "␊")


def display_safe(text: str) -> str:
    r"""Takes escape sequences out and makes other control characters visible.

    Tab and newline stay. A control character becomes its picture ("␀"), anything else that could
    garble a screen its code (``\u202e``). What comes out holds no escape character any more.
    """
    if "\x1b" in text or "\x9b" in text:
        text = _ESCAPE_SEQUENCE.sub("", text)
    return _UNSAFE.sub(_visible, text)


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < ord(" "):
        return chr(_PICTURES + code)
    if code == _DELETE:
        return _DELETE_PICTURE
    return f"\\x{code:02x}" if code < _LATIN_1_END else f"\\u{code:04x}"
