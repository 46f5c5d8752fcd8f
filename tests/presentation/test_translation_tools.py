"""Qt's own tools on our texts: lupdate finds them, and a count gets its numerus form."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator

from picoclaw_tray.presentation.text import render
from picoclaw_tray.text import Template, text
from tests.presentation.marked import marked
from tests.support.source_tree import PACKAGE

if TYPE_CHECKING:
    from pathlib import Path

GERMAN = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de">
<context>
    <name>Test</name>
    <message numerus="yes">
        <source>%n line(s) of {name}</source>
        <translation>
            <numerusform>%n Zeile von {name}</numerusform>
            <numerusform>%n Zeilen von {name}</numerusform>
        </translation>
    </message>
    <message>
        <source>{name} uses port {port}.</source>
        <translation>Port {port} gehört {name}.</translation>
    </message>
</context>
</TS>
"""
LINES = Template("Test", "%n line(s) of {name}")
PORT = Template("Test", "{name} uses port {port}.")


def run_tool(name: str, *arguments: str) -> None:
    """Runs a tool of PySide6 as its command does."""
    code = f"from PySide6.scripts.pyside_tool import {name}; {name}()"
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True)


@pytest.fixture
def german(qapp: QCoreApplication, tmp_path: Path):
    """German for the texts of this module, as long as the test takes."""
    source, compiled = tmp_path / "de.ts", tmp_path / "de.qm"
    source.write_text(GERMAN, encoding="utf-8")
    run_tool("lrelease", str(source), "-qm", str(compiled))
    translator = QTranslator()
    assert translator.load(str(compiled))
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


def by_qt(context: str, source: str, count: int) -> str:
    return QCoreApplication.translate(context, source, "", count)


def test_lupdate_finds_every_marked_text(tmp_path):
    catalogue = tmp_path / "all.ts"
    sources = sorted(str(path) for path in PACKAGE.rglob("*.py"))

    run_tool("lupdate", *sources, "-ts", str(catalogue))

    found = {
        Template(context.findtext("name", ""), message.findtext("source", ""))
        for context in ET.parse(catalogue).iter("context")
        for message in context.iter("message")
    }
    assert set(marked()) - found == set()


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        (text(LINES, count=1, name="nc"), "1 Zeile von nc"),
        (text(LINES, count=3, name="nc"), "3 Zeilen von nc"),
        (text(LINES, count=0, name="nc"), "0 Zeilen von nc"),
        (text(PORT, name="nc", port=18790), "Port 18790 gehört nc."),
        (text(Template("Test", "Unknown {name}"), name="nc"), "Unknown nc"),
    ],
)
def test_render_takes_the_form_that_qt_chooses(german, sentence, words):
    assert render(sentence, by_qt) == words


def test_render_without_translation_is_the_same_with_and_without_qt(qapp):
    sentence = text(Template("Test", "Lines: %n of {name}"), count=3, name="nc")

    assert render(sentence, by_qt) == render(sentence) == "Lines: 3 of nc"
