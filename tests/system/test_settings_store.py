"""One setting is changed, and nothing else in the file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.settings import Settings
from picoclaw_tray.system.settings_store import change_setting
from picoclaw_tray.text import Text
from tests.presentation.samples import said

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ours" / "settings.json"


def test_file_is_made_with_the_one_setting(path: Path) -> None:
    assert change_setting(path, "restart_when_hung", value=True) == Settings(restart_when_hung=True)

    assert json.loads(path.read_text(encoding="utf-8")) == {"restart_when_hung": True}


def test_other_keys_stay_also_those_of_a_newer_tray(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"host": "::1", "from a newer tray": ["ü"]}', encoding="utf-8")

    changed = change_setting(path, "gateway", "/opt/Bücher/picoclaw")

    assert changed == Settings(gateway="/opt/Bücher/picoclaw", host="::1")
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "host": "::1",
        "from a newer tray": ["ü"],
        "gateway": "/opt/Bücher/picoclaw",
    }


@pytest.mark.parametrize("content", ["{", '{"host": 1}', "[]"])
def test_file_that_cannot_be_used_is_not_touched(path: Path, content: str) -> None:
    path.parent.mkdir()
    path.write_text(content, encoding="utf-8")

    problem = change_setting(path, "on_quit", "ask")

    assert isinstance(problem, Text)
    assert str(path) in said(problem)
    assert path.read_text(encoding="utf-8") == content


def test_value_that_makes_no_sense_is_not_written(path: Path) -> None:
    assert isinstance(change_setting(path, "gateway", "a\nb"), Text)
    assert not path.exists()


def test_folder_in_its_place_is_said(path: Path) -> None:
    path.mkdir(parents=True)

    problem = change_setting(path, "on_quit", "ask")

    assert isinstance(problem, Text)
    assert "cannot be read" in said(problem)


def test_file_in_the_place_of_its_folder_is_said(path: Path) -> None:
    path.parent.write_text("", encoding="utf-8")

    problem = change_setting(path, "on_quit", "ask")

    assert isinstance(problem, Text)
    assert "cannot be" in said(problem)
