"""Lines of the log are saved: a person is asked for a path, and is told what came of it."""

from __future__ import annotations

import errno
import json
import os
import resource
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QLineEdit, QMessageBox

from picoclaw_tray.desktop.log_export import Form
from picoclaw_tray.desktop.save_dialog import SaveDialog, usual_folder
from picoclaw_tray.logs.redaction import MASK, Redactor
from picoclaw_tray.logs.store import LogStore
from tests.support.window_rig import HELD, Key, Modifier, WindowRig, window_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from picoclaw_tray.system.launch_site import LaunchSite
    from tests.support.gateway_home import GatewayHome
    from tests.support.tray_rig import Rig

pytestmark = [
    pytest.mark.linux,  # other systems ask with a dialog of their own
    pytest.mark.qt_log_ignore("systemTrayWindowChanged", "plugin does not support", extend=True),
]

SECRET = "sk-proj-A1b2C3d4E5f6G7h8I9j0K1l2M3n4"
CONTROL, SHIFT = Modifier.ControlModifier, Modifier.ShiftModifier
LINES = [
    b"12:00:00 INF gateway a.go:1 > Listening port=18790",
    b"12:00:03 ERR agent a.go:4 > Provider failed error=no",
    b"  first line of a stack",
    f"12:00:04 INF agent a.go:5 > api_key={SECRET}".encode(),
]
MANY = 50_000
JSON = "JSON lines (*.jsonl)"


@pytest.fixture
def rig(qtbot: QtBot) -> Iterator[WindowRig]:
    with window_with(qtbot, LINES) as rig:
        yield rig


@pytest.fixture
def full_rig(rig: WindowRig) -> WindowRig:
    """With so many lines that one slice is not enough for them."""
    rig.store = LogStore(MANY, 64_000_000)
    rig.store.begin_run()
    rig.store.extend([b"12:00:00 INF gateway a.go:1 > line %d" % n for n in range(MANY)])
    rig.model.set_store(rig.store)
    return rig


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty one."""
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


def ask(rig: WindowRig) -> SaveDialog:
    """Presses Ctrl+S."""
    rig.key(Key.Key_S, CONTROL)
    (dialog,) = (box for box in rig.window.findChildren(SaveDialog) if box.isVisible())
    return dialog


def answer(rig: WindowRig, dialog: SaveDialog, name: object, kind: str = "") -> None:
    """Types a name, and Enter."""
    if kind:
        box = dialog.findChild(QComboBox, "fileTypeCombo")
        assert isinstance(box, QComboBox)
        box.setCurrentText(kind)
        box.textActivated.emit(kind)
    field = dialog.findChild(QLineEdit, "fileNameEdit")
    assert isinstance(field, QLineEdit)
    field.setText(str(name))
    rig.qtbot.keyClick(field, Key.Key_Return)


def save(rig: WindowRig, path: Path) -> None:
    """Begins to save everything."""
    store = rig.store.snapshot()
    rig.panel.actions_.save(str(path), store, range(store.first, store.end), Form.TEXT)


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


# -- where, and as what ----------------------------------------------------------------------------


@pytest.mark.parametrize("has_documents", [True, False], ids=["documents", "home"])
def test_dialog_begins_where_a_person_keeps_files(
    rig: WindowRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_documents: bool
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    folder = tmp_path / "Documents" if has_documents else tmp_path
    folder.mkdir(exist_ok=True)

    dialog = ask(rig)

    assert Path(dialog.directory().absolutePath()) == folder
    assert Path(usual_folder()) == folder
    dialog.reject()


def test_dialog_begins_where_the_last_file_was_saved(rig: WindowRig, folder: Path) -> None:
    with rig.qtbot.waitSignal(rig.panel.actions_.saved):
        answer(rig, ask(rig), folder / "a.log")

    dialog = ask(rig)

    assert Path(dialog.directory().absolutePath()) == folder
    dialog.reject()


@pytest.mark.parametrize(
    ("kind", "typed", "name"),
    [
        ("", "saved", "saved.log"),
        ("", "saved.txt", "saved.txt"),
        (JSON, "saved", "saved.jsonl"),
        ("", "saved.jsonl", "saved.jsonl"),
        (JSON, "saved.txt", "saved.txt"),
    ],
    ids=["text", "typed", "JSON", "JSON typed", "both"],
)
def test_name_gets_the_extension_of_its_kind_unless_it_has_one(
    rig: WindowRig, folder: Path, kind: str, typed: str, name: str
) -> None:
    with rig.qtbot.waitSignal(rig.panel.actions_.saved):
        answer(rig, ask(rig), folder / typed, kind)

    saved = lines_of(folder / name)
    assert SECRET not in "\n".join(saved)
    if kind == JSON or typed.endswith(".jsonl"):
        assert [json.loads(line)["time"] for line in saved] == ["12:00:00", "12:00:03", "12:00:04"]
    else:
        assert saved == rig.lines


def test_person_who_thinks_better_of_it_saves_nothing(rig: WindowRig, folder: Path) -> None:
    with rig.qtbot.assertNotEmitted(rig.panel.actions_.saved):
        dialog = ask(rig)
        rig.qtbot.keyClick(dialog, Key.Key_Escape)

    rig.qtbot.waitUntil(lambda: rig.window.findChild(SaveDialog) is None)
    assert list(folder.iterdir()) == []


# -- what ------------------------------------------------------------------------------------------


def test_lines_that_come_while_a_path_is_chosen_push_nothing_out_of_the_file(
    rig: WindowRig, folder: Path
) -> None:
    dialog = ask(rig)
    rig.print(10 * HELD)
    with rig.qtbot.waitSignal(rig.panel.actions_.saved):
        answer(rig, dialog, folder / "saved.log")

    saved = lines_of(folder / "saved.log")
    assert saved[:2] == [line.decode() for line in LINES[:2]]
    assert len(saved) == len(LINES)


def test_secret_that_becomes_known_while_a_path_is_chosen_is_not_in_the_file(
    rig: WindowRig, folder: Path
) -> None:
    rig.print(1, "It is swordfish")
    dialog = ask(rig)
    rig.model.mask_anew(Redactor().knowing("swordfish"))
    with rig.qtbot.waitSignal(rig.panel.actions_.saved):
        answer(rig, dialog, folder / "saved.log")

    assert lines_of(folder / "saved.log")[-1] == f"It is {MASK}"


def test_lines_that_were_gone_before_they_were_saved_are_counted(
    rig: WindowRig, folder: Path
) -> None:
    rig.key(Key.Key_P, CONTROL)
    rig.store.extend([b"later"] * (HELD - 2))

    with rig.qtbot.waitSignal(rig.panel.actions_.lines_missed) as missed:
        answer(rig, ask(rig), folder / "saved.log")

    assert missed.args == [len(LINES) - 2]
    assert len(lines_of(folder / "saved.log")) == 2


def test_copy_during_a_save_changes_nothing_in_the_file(full_rig: WindowRig, folder: Path) -> None:
    path = folder / "saved.log"
    with full_rig.qtbot.waitSignal(full_rig.panel.actions_.saved, timeout=30_000) as saved:
        save(full_rig, path)
        assert not path.exists()
        full_rig.key(Key.Key_Home)
        full_rig.click(1)
        full_rig.copied()

    assert QGuiApplication.clipboard().text().endswith("line 1")
    assert saved.args == [str(path), MANY]
    assert len(lines_of(path)) == MANY


def test_clear_during_a_save_does_not_shorten_the_file(full_rig: WindowRig, folder: Path) -> None:
    path = folder / "saved.log"
    with full_rig.qtbot.waitSignal(full_rig.panel.actions_.saved, timeout=30_000):
        save(full_rig, path)
        full_rig.store.clear()
        full_rig.store.extend([b"new"])
        full_rig.model.catch_up()

    assert full_rig.lines == ["new"]
    assert len(lines_of(path)) == MANY


def test_nothing_else_is_saved_until_a_file_is_there(full_rig: WindowRig, folder: Path) -> None:
    with full_rig.qtbot.waitSignal(full_rig.panel.actions_.saved, timeout=30_000):
        save(full_rig, folder / "saved.log")
        full_rig.key(Key.Key_S, CONTROL)
        assert full_rig.window.findChild(SaveDialog) is None

    dialog = ask(full_rig)
    dialog.reject()


# -- what came of it -------------------------------------------------------------------------------


def test_saved_file_is_named_for_a_while(rig: WindowRig, folder: Path) -> None:
    footer = rig.panel.footer
    with rig.qtbot.waitSignal(rig.panel.actions_.saved):
        answer(rig, ask(rig), folder / "saved.log")
    said, whole = footer._text.text(), footer._text.toolTip()
    rig.print(3)
    still = footer._text.text()

    footer._news.setInterval(0)

    rig.qtbot.waitUntil(lambda: footer._text.text() == "Lines: 7")
    assert said.startswith("Saved to /")
    assert said.endswith("saved.log · Lines: 4")
    assert whole == str(folder / "saved.log")
    assert still == said


def refused(rig: WindowRig, path: Path) -> str:
    with rig.qtbot.waitSignal(rig.panel.actions_.save_failed) as failed:
        save(rig, path)
    assert failed.args is not None
    assert failed.args[0] == str(path)
    assert rig.panel.actions_.save_all.isEnabled()
    return str(failed.args[1])


def test_missing_folder_is_said(rig: WindowRig, folder: Path) -> None:
    assert refused(rig, folder / "no" / "such") == os.strerror(errno.ENOENT)


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_only_a_file_is_replaced(
    rig: WindowRig, folder: Path, make: Callable[[Path], None]
) -> None:
    path = folder / "there"
    make(path)

    assert refused(rig, path) == "What is there now is no regular file."
    assert path.exists()
    assert not path.is_file()


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file may grow beyond this many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("length", [10_000, 1_000_000], ids=["pieces", "in one"])
def test_file_that_has_too_little_room_is_said_in_the_words_of_the_system(
    rig: WindowRig, folder: Path, length: int
) -> None:
    rig.store.extend([b"x" * length] * (2_000_000 // length))
    path = folder / "saved.log"
    path.write_bytes(b"before")

    with room_for(1_100_000):
        why = refused(rig, path)

    assert why == os.strerror(errno.EFBIG)
    assert [file.read_bytes() for file in folder.iterdir()] == [b"before"]


def test_failure_is_told_with_a_warning(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome, folder: Path
) -> None:
    rig = start_rig(stand_in_home.site())
    path = folder / "no" / "such"

    rig.open_window().panel.actions_.save(str(path), rig.model.store.snapshot(), (), Form.TEXT)

    box = rig.box()
    assert box is not None
    assert box.icon() is QMessageBox.Icon.Warning
    assert box.text() == f"The file {path} could not be written."
    assert box.informativeText() == os.strerror(errno.ENOENT)
    box.close()
