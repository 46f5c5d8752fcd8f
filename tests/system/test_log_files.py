"""What a shell follows: runs that a tray writes down, and what gateways log without one."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from picoclaw_tray.logs.entry import Source
from picoclaw_tray.logs.marks import MarkKind, RunMark, dump_note
from picoclaw_tray.logs.store import LogStore
from picoclaw_tray.system import log_files
from picoclaw_tray.system.log_archive import ArchiveLimits, LogArchive
from picoclaw_tray.system.log_files import KnownSecrets, Tail, runs_folder
from picoclaw_tray.system.paths import GatewayPlace


class Scene:
    """A home, a tray that writes runs down, and who follows."""

    def __init__(self, place):
        self.place = place
        self.archive = LogArchive(runs_folder(place), ArchiveLimits(part_bytes=200))
        self.store = LogStore(10_000, 1_000_000)
        self._tail = None
        place.log.parent.mkdir(parents=True)

    def begin(self, run, pid=None):
        time = f"2026-01-01T10:00:{run:02}+00:00"
        mark = RunMark(MarkKind.STARTED, time, run, pid or 100 + run)
        self.archive.begin(mark)
        self.archive.write(dump_note(mark))

    def print(self, *lines):
        for line in lines:
            self.archive.write(line.encode() + b"\n")

    def end(self, run):
        mark = RunMark(MarkKind.ENDED, "2026-01-01T11:00:00+00:00", run, 100 + run, 0)
        self.archive.write(dump_note(mark))
        self.archive.close()

    def log(self, *lines):
        with self.place.log.open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)

    def panic(self, line):
        with self.place.panic_log.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    def pid_file(self, pid):
        record = {"pid": pid, "token": "0123456789abcdef" * 2, "version": "x", "port": 1}
        self.place.pid_file.write_text(json.dumps(record | {"host": "localhost"}))

    def close(self):
        self.archive.close()
        if self._tail is not None:
            self._tail.close()

    def read(self, looks=1):
        """All that was followed, notes of ours left out."""
        if self._tail is None:
            self._tail = Tail(self.place, self.store)
        for _ in range(looks):
            while self._tail.read_more():
                pass
        numbers = range(self.store.first, self.store.end)
        return [self.store.line(n) for n in numbers if self.store.source(n) is not Source.TRAY]


def of_the_log(message, second):
    time = datetime(2026, 1, 1, 10, 0, second).astimezone().isoformat()  # as files are named
    line = {"level": "warn", "component": "x", "time": time, "caller": "a:1", "message": message}
    return json.dumps(line, separators=(",", ":"))


@pytest.fixture
def scene(tmp_path, own_machine, monkeypatch):
    """Beside a tray that runs."""
    monkeypatch.setattr(log_files, "tray_pid", lambda _place: 1)
    made = Scene(GatewayPlace(tmp_path / "claw", tmp_path / "claw" / "config.json"))
    yield made
    made.close()


def test_run_that_goes_on_is_followed_from_its_beginning_through_its_parts(scene):
    scene.begin(1)
    scene.print("a" * 150)
    assert scene.read() == ["a" * 150]

    scene.print("b" * 150, "c" * 150)

    assert scene.read() == ["a" * 150, "b" * 150, "c" * 150]


def test_what_a_run_has_logged_before_we_knew_of_it_is_told_once(scene):
    scene.begin(1)
    scene.end(1)
    scene.read(2)

    scene.log(of_the_log("older", 1), of_the_log("of run 2", 2))
    scene.begin(2)
    scene.print("of run 2")

    told = scene.read()
    assert told[-1] == "of run 2"
    assert len([line for line in told if "of run 2" in line]) == 1
    assert any("older" in line for line in told)


def test_long_line_that_goes_on_in_the_next_part_is_whole(scene):
    scene.begin(1)
    for piece in (b"a" * 150, b"b" * 150, b"c" * 150, b"\n"):  # as it is masked
        scene.archive.write(piece)
    scene.print("next")

    assert scene.read() == ["a" * 150 + "b" * 150 + "c" * 150, "next"]


def test_parts_that_were_removed_unread_are_said(scene):
    scene.begin(1)
    scene.print("a" * 150)
    scene.read()
    scene.print("b" * 150, "c" * 150)
    (removed,) = runs_folder(scene.place).glob("*.3.log")
    removed.unlink()

    assert scene.read() == ["a" * 150, "c" * 150]
    store = scene.store
    notes = (n for n in range(store.end) if store.source(n) is Source.TRAY)
    assert [store.line(n) for n in notes][1:] == [
        "… [parts 3 to 3 of this run were removed to save room]"
    ]


def test_panic_of_a_gateway_that_nobody_writes_down_is_told(scene):
    scene.log("one")
    scene.panic("panic: old")
    scene.read()

    scene.panic("panic: new")

    assert scene.read() == ["one", "panic: new"]
    assert scene.store.source(scene.store.end - 1) is Source.PANIC_FILE


def test_run_that_came_and_went_between_two_looks_is_not_missed(scene):
    scene.begin(1)
    scene.print("one")
    scene.read()
    scene.end(1)
    scene.begin(2)
    scene.print("two")
    scene.end(2)

    assert scene.read() == ["one", "two"]


def test_gateway_that_nobody_writes_down_is_followed_after_a_run_has_ended(scene):
    scene.log("of run 1")
    scene.begin(1)
    scene.print("one")
    scene.end(1)
    scene.begin(2)
    scene.read()
    scene.end(2)
    scene.read(2)

    scene.log("by hand")
    assert scene.read() == ["by hand"]
    scene.begin(3)
    scene.print("three")
    assert scene.read() == ["by hand", "three"]


def test_run_of_a_tray_that_was_killed_is_over(scene):
    scene.begin(1)
    scene.print("one")
    scene.archive.close()
    scene.pid_file(999)
    scene.log("of another")

    assert "one" not in scene.read()
    scene.log("and on")
    assert scene.read()[-1] == "and on"


def test_run_is_over_when_its_tray_is_gone(scene, monkeypatch):
    scene.begin(1)
    scene.print("one")
    scene.read()
    monkeypatch.setattr(log_files, "tray_pid", lambda _place: None)
    scene.read(log_files.TRAY_TURNS)
    scene.log("by hand")

    assert scene.read() == ["one", "by hand"]


def test_token_is_that_of_the_pid_file(scene):
    secrets = KnownSecrets(scene.place)
    assert secrets.read() == ()

    scene.pid_file(1)

    assert secrets.read() == ("0123456789abcdef" * 2,)


def test_secrets_of_the_config_are_known(scene):
    scene.place.config.write_text(
        '{"version":3,"model_list":[{"model_name":"m","model":"m","api_keys":["Planted1a2b3c"]}]}'
    )

    secrets = KnownSecrets(scene.place)
    assert secrets.read() == ("Planted1a2b3c",)
    scene.place.config.write_text('{"version":3,"model_list":[{"api_keys":["Other4a5b6c')
    assert secrets.read() == ("Other4a5b6c",)
