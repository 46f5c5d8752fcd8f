"""Documents that went wrong, for whatever reads a file that is not ours."""

from __future__ import annotations

from hypothesis import strategies as st

TEN_MIB = 10 * 1024 * 1024

_PIECES = (
    b"",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b'"\\ud800"',
    b"\xed\xa0\x80",
    b"9" * 5000,
    b"-1e999",
    b"1e-999",
    b"NaN",
    b"null",
    b"true",
    b"[" * 5000,
    b'{"a":' * 5000,
    b"\r\n",
    b"\t",
    b"\xe2\x80\xa8",
    b'"pid":1,"pid":{},',
    b"&a *a ",
    b"<<: *a\n",
)

HUGE = {
    "zeroes": bytes(TEN_MIB),
    "brackets": b"[" * TEN_MIB,
    "objects": b'{"a":' * (TEN_MIB // 5),
    "digits": b'{"pid":' + b"9" * TEN_MIB + b"}",
    "string": b'{"status":"' + b"x" * TEN_MIB + b'"}',
    "no text": b"\xff" * TEN_MIB,
    "lines": b"\n" * TEN_MIB,
}
"""Ten MiB each."""


def spoilt(*documents: bytes) -> st.SearchStrategy[bytes]:
    """Any bytes, and these documents with a part cut out, replaced, doubled or put elsewhere."""
    shares = st.floats(0, 1)
    changes = st.tuples(shares, shares, st.none() | st.sampled_from(_PIECES) | st.binary())
    return st.binary() | st.builds(
        _changed, st.sampled_from(documents), st.lists(changes, min_size=1, max_size=4)
    )


def _changed(document: bytes, changes: list[tuple[float, float, bytes | None]]) -> bytes:
    """Each change is a place, another one, and what comes between them; none: the same twice."""
    for one, other, piece in changes:
        first, last = (round(share * len(document)) for share in sorted((one, other)))
        new = 2 * document[first:last] if piece is None else piece
        document = document[:first] + new + document[last:]
    return document
