"""A secret may be written with escapes in it: whoever decodes the line sees it all the same."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picoclaw_tray.logs.columns import columns
from picoclaw_tray.logs.entry import Source, parse_entry
from picoclaw_tray.logs.export import entry_json, entry_text, export_json, export_text
from picoclaw_tray.logs.masked_blocks import BlockMasker, line_pieces, mask_block
from picoclaw_tray.logs.needless_escapes import resolved
from picoclaw_tray.logs.reading import Reading
from picoclaw_tray.logs.redaction import MASK, Redactor, mask
from picoclaw_tray.logs.store import LogStore
from picoclaw_tray.logs.whole_entry import entry_at
from tests.support.planted_lines import PLANTED, Planted

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = "93ff969686cdbcb3dd075e8fcecdcbfa"
REDACTOR = Redactor().knowing(TOKEN)
ALL = [
    *PLANTED,
    Planted(f"it is {TOKEN}", TOKEN),
    Planted(f'{{"pid": 7, "token": "{TOKEN}"}}', TOKEN),
    Planted("https://hooks.slack.com/services/T00/B00/Planted4in6a8hook1", "Planted4in6a8hook1"),
]
LINES = {
    "a message": (
        '{{"level":"info","component":"x","time":"2026-04-24T16:50:19+08:00",'
        '"caller":"a.go:1","message":"It says {} there"}}'
    ),
    "a field": (
        '{{"level":"info","component":"x","body":{{"a":["{}"]}},'
        '"time":"2026-04-24T16:50:19+08:00","caller":"a.go:1","message":"Hm"}}'
    ),
    "the console": '12:00:00 ERR x a.go:1 > Hm error="it says {} there"',
    "another object": '{{"a":"{}"}}',
}


@st.composite
def escaped(draw: st.DrawFn, text: str) -> str:
    """The text within double quotes; any of its characters may be an escape, or none is."""
    share = draw(st.integers(0, 4))
    return "".join(_escape(draw, character, share) for character in text)


def _escape(draw: st.DrawFn, character: str, share: int) -> str:
    plain = f"\\{character}" if character in '"\\' else character
    if draw(st.integers(1, 4)) > share:
        return plain
    code = f"{ord(character):02x}"
    code = code.upper() if draw(st.booleans()) else code
    return "\\/" if character == "/" and draw(st.booleans()) else f"\\u00{code}"


def decoded(text: str) -> str:
    """As whoever wants to read what is escaped would do it, and again."""
    for _ in range(3):
        text = re.sub(r"\\+(?:u00|x)([0-9A-Fa-f]{2})", lambda code: chr(int(code[1], 16)), text)
        text = re.sub(r"\\+/", "/", text)
    return text


def ways_out(line: str, redactor: Redactor = REDACTOR) -> dict[str, str]:
    source = Source.LOG_FILE if line.startswith("{") else Source.OUTPUT
    store = LogStore(10, 1_000_000, redactor)
    store.begin_run()
    store.extend([line.encode()], source)
    entry, _ = entry_at(store, 0, 100_000)
    reading = Reading(store, store.numbers_since())
    reading.advance(100_000)
    block = BlockMasker(redactor).mask_lines([b"before", line.encode(), b"after"])
    return {
        "line": store.line(0),
        "answer": "".join(reading.lines),
        "pieces": "".join(line_pieces(line.encode(), redactor)),
        "disk": block.decode(),
        "columns": str(columns(store.line(0), source, redactor.mask)),
        "entry": "\n".join((entry.raw, entry.message, *map("=".join, entry.fields))),
        "copy": entry_text(entry),
        "copy as JSON": entry_json(entry),
        "saved": "".join(export_text(store, [0])),
        "saved as JSON": "".join(export_json(store, [0])),
    }


@settings(max_examples=400)
@given(st.sampled_from(ALL), st.sampled_from(sorted(LINES)), st.integers(1, 2), st.data())
def test_planted_secret_survives_no_way_out_however_it_is_escaped(planted, form, depth, data):
    text = planted.text
    for _ in range(depth):
        text = data.draw(escaped(text))
    line = LINES[form].format(text)

    shown = ways_out(line)

    assert not [way for way, told in shown.items() if planted.secret in told + decoded(told)]
    assert all(MASK in told for told in shown.values())


ODD_SECRETS = ['pa"ss-w0rd!x', r"pa\\ss-w0rd!x", "p<ss&w0rd>x", "päss-w0rd!x", "pass\tw0rd\nx"]


@pytest.mark.parametrize("secret", ODD_SECRETS, ids=range(len(ODD_SECRETS)))
@pytest.mark.parametrize("form", sorted(LINES))
@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("is_ascii", [True, False], ids=["ASCII", "Unicode"])
def test_known_secret_survives_no_way_out_in_any_spelling(
    secret: str, form: str, depth: int, is_ascii: bool
):
    text = secret
    for _ in range(depth):
        text = json.dumps(text, ensure_ascii=is_ascii)[1:-1]
    text = text.replace("<", r"\u003c")  # as Go's encoder does

    shown = ways_out(LINES[form].format(text), Redactor().knowing(secret))

    assert not [way for way, told in shown.items() if "w0rd" in told]
    assert all(MASK in told for told in shown.values())


def test_known_secret_is_masked_in_what_only_decoding_uncovers():
    secret = "pass\vw0rd"
    line = r'12:00:00 ERR x a.go:1 > Hm error="it says pass\vw0rd there"'
    redactor = Redactor().knowing(secret)

    entry = parse_entry(redactor.mask(line), hide=redactor.mask)

    assert entry.field("error") == f"it says {MASK} there"


@settings(max_examples=100)
@given(st.sampled_from(ALL), st.data())
def test_line_of_json_stays_one_when_it_is_masked(planted, data):
    line = LINES["a field"].format(data.draw(escaped(planted.text)))

    assert json.loads(mask(line))["message"] == "Hm"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (r'{"api_key":"sk\u002dabc"}', '{"api_key":"•••"}'),
        (r"using sk-\u0061B3dE6gH9jK2mN5pQ8sT1vW4yZ7", "using sk-•••"),
        (r"using sk\u002DaB3dE6gH9jK2mN5pQ8sT1vW4yZ7", "using sk-•••"),
        (r'{"api\u005fkey":"abc"}', '{"api_key":"•••"}'),
        (r"https:\/\/alice:secret\/@host", r"https:\/\/alice:secret\/@host"),
        (r"https:\/\/alice:pw@host", "https://alice:•••@host"),
        (r'x=\"password\x3dab\U0000003cd\"', r'x=\"password=•••\"'),
        (r'{\"a\":\"sk\\u002daB3dE6gH9jK2mN5pQ8sT1vW4yZ7\"}', r'{\"a\":\"sk-•••\"}'),
        (r'{"a":"{\u0022token\u0022:\u0022abc\u0022}"}', r'{"a":"{\"token\":\"•••\"}"}'),
    ],
)  # fmt: skip
def test_secret_with_escapes_is_masked(text: str, masked: str):
    assert mask(text) == masked
    assert mask(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        r"a \u003c b \/ c \x41",
        r"a \u003c b api_key=••• \/ c",
        r"C:\u0041 \u005c \x7f \u00e4 \\\\ \\\u005c",
    ],
)
def test_other_escapes_stay(text: str):
    assert mask(text) == text
    assert mask_block(text.encode(), Redactor()) == text.encode()


def test_escapes_beside_a_secret_stay():
    assert mask(r"a \u003c b api_key=abcdef \/ c") == rf"a \u003c b api_key={MASK} \/ c"


def test_word_behind_what_only_looks_like_an_escape_stays_masked():
    key = "sk-proj-aB3dE6gH9jK2mN5pQ8sT1vW4yZ7"

    assert key not in mask(rf"D:\u0041{key}")


def test_long_line_with_escapes_is_told_whole():
    text = r"a\u003cb " * 5000 + r"sk\u002daB3dE6gH9jK2mN5pQ8sT1vW4yZ7 " + r"a\u003cb " * 5000

    told = "".join(line_pieces(text.encode(), Redactor()))

    assert told == f"{'a<b ' * 5000}sk-{MASK} {'a<b ' * 5000}"


def test_long_line_without_a_secret_keeps_its_escapes():
    text = r"a\u003cb " * 5000

    assert "".join(line_pieces(text.encode(), Redactor())) == text


@pytest.mark.parametrize(
    "write",
    [
        lambda secret: json.dumps({"level": "info", "message": f"Bearer\t{secret}"}),
        lambda secret: f'12:00:00 ERR x a.go:1 > Hm error="Bearer\\t{secret}"',
    ],
    ids=["JSON", "console"],
)
def test_what_only_decoding_uncovers_is_masked_in_the_fields(write: Callable[[str], str]):
    line = write("Planted4in6a8bearer1header")

    entry = parse_entry(mask(line))

    assert (entry.message, entry.field("error")) in {
        (f"Bearer\t{MASK}", None),
        ("Hm", f"Bearer\t{MASK}"),
    }


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"\u0041\x2d\U0000002D\/", "A--/"),
        (r"\u000a\u001b\x7f\u00e4\u4e2d\n\\", r"\u000a\u001b\x7f\u00e4\u4e2d\n\\"),
        (r"\u0022\u005c", r"\"\\"),
        (r"\\u0041\\u0022\\\\u0041", r"A\\\"A"),
        (r"\\\u0041\\\\\\u0041", r"\\A\\\\A"),
        (r"\u005cu0041\\\u0075\u0030041\\u004\u0031", "AAA"),
    ],
)
def test_resolved_text_means_the_same_in_json(text: str, plain: str):
    assert resolved(text) == plain
    assert resolved(plain) == plain


def test_what_is_hidden_deeper_than_anybody_reads_stays():
    assert resolved(r"\u005cu005cu005cu0041") == "\\" * 8 + "u0041"
