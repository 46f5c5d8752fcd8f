"""``Text`` and how it becomes a sentence."""

from __future__ import annotations

import pytest

from picoclaw_tray.presentation.text import NO_COUNT, render, untranslated
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Template, Text, text

PORT = QT_TRANSLATE_NOOP("Test", "{name} uses port {port}.")
OUTER = QT_TRANSLATE_NOOP("Test", "Again in {seconds} s. {reason}")
NC = text(PORT, name="nc", port=18790)


def into(translation):
    """Translates everything into this."""

    def translate(_context, _source, _count):
        return translation

    return translate


def test_mark_is_a_template():
    assert Template("Test", "{name} uses port {port}.") == PORT


def test_text_is_equal_however_its_arguments_were_ordered():
    assert text(PORT, port=1, name="x") == text(PORT, name="x", port=1)


def test_text_can_be_looked_up():
    assert {text(PORT, port=1, name="x"): "found"}[text(PORT, name="x", port=1)] == "found"


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        (NC, "nc uses port 18790."),
        (text(OUTER, seconds=4, reason=NC), "Again in 4 s. nc uses port 18790."),
        (text(PORT, name="{port} %n {x", port=1), "{port} %n {x uses port 1."),
        (text(PORT, name="nc"), "nc uses port {port}."),
        (Text(Template("Test", "%n lines")), "%n lines"),
        (text(Template("Test", "%n lines of {name}"), count=3, name="nc"), "3 lines of nc"),
        (text(Template("Test", "%n lines"), count=0), "0 lines"),
    ],
)
def test_render_fills_the_gaps(sentence, words):
    assert render(sentence) == words


def test_render_translates_what_is_inside_too():
    german = {
        OUTER.source: "{reason} Neuer Versuch in {seconds} s.",
        PORT.source: "Port {port} gehört {name}.",
    }

    def translate(_context, source, _count):
        return german[source]

    words = render(text(OUTER, seconds=4, reason=NC), translate)

    assert words == "Port 18790 gehört nc. Neuer Versuch in 4 s."


def test_render_asks_with_context_and_count():
    asked = []

    def translate(context, source, count):
        asked.append((context, source, count))
        return source

    render(NC, translate)
    render(text(PORT, name="nc", port=1, count=7), translate)

    assert asked == [("Test", PORT.source, NO_COUNT), ("Test", PORT.source, 7)]


@pytest.mark.parametrize(
    ("translation", "words"),
    [
        ("{nmae} belegt {port}", "{nmae} belegt 1"),
        ("{name belegt {port}", "{name belegt {port}"),
        ("{} belegt {port}", "{} belegt {port}"),
        ("{name.owner} belegt {port}", "{name.owner} belegt {port}"),
        ("{name[9]} belegt {port}", "{name[9]} belegt {port}"),
        ("{name[x]} belegt {port}", "{name[x]} belegt {port}"),
        ("{port[x]} belegt", "{port[x]} belegt"),
        ("{name:d} belegt", "{name:d} belegt"),
    ],
)
def test_render_shows_a_broken_translation_instead_of_failing(translation, words):
    assert render(text(PORT, name="nc", port=1), into(translation)) == words


def test_untranslated_is_the_source_itself():
    assert untranslated("Test", "%n lines", NO_COUNT) == "%n lines"
