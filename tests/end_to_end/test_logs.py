"""The verb ``logs``: from the tray, from files, through pipes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.shell import Said, Shell, said
from tests.end_to_end.tray_program import PATIENCE_S, variables_of
from tests.support.planted import IN_CONFIG, KNOWN, SAID, SAID_VALUES, plant, token_of
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.gateway_home import GatewayHome

pytestmark = pytest.mark.linux


@pytest.fixture
def shell(stand_in_home, own_machine):
    return Shell(stand_in_home)


@pytest.fixture
def start(start_tray, shell, stand_in_home):
    """A tray with a gateway that does as it is told."""

    def begin(switches: str = ""):
        tray = start_tray(at=stand_in_home, PICOCLAW_DEMO=switches)
        shell.until(phase="running")
        return tray

    return begin


@contextmanager
def following(shell: Shell, *words: str) -> Iterator[Following]:
    process = shell.begin("logs", "-f", *words)
    following = Following(process)
    try:
        yield following
    finally:
        process.send_signal(signal.SIGINT)
        os.set_blocking(following._out, True)
        following.said = said(process)


class Following:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.lines: list[str] = []
        self.said = Said(-1, "", "")
        assert process.stdout is not None
        self._out = process.stdout.fileno()
        self._rest = b""
        self._seen = 0
        os.set_blocking(self._out, False)

    def until(self, text: str) -> None:
        """New lines are looked through from where the last one was found."""

        def is_there() -> bool:
            with suppress(BlockingIOError):
                self._rest += os.read(self._out, 1_000_000)
            *whole, self._rest = self._rest.split(b"\n")
            self.lines += [line.decode() for line in whole]
            found = (n for n, line in enumerate(self.lines) if n >= self._seen and text in line)
            place = next(found, None)
            if place is not None:
                self._seen = place + 1
            return place is not None

        wait_until(is_there, PATIENCE_S, what=text)


def in_a_shell(command: str, home: GatewayHome) -> subprocess.CompletedProcess[str]:
    """A pipeline that fails if any part of it does."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        env={**os.environ, **variables_of(home)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def write_log(home, text):
    """What a gateway has logged that nobody reads from a pipe."""
    home.place.log.parent.mkdir(parents=True, exist_ok=True)
    home.place.log.write_text(text, encoding="utf-8")


def logged(message, **fields):
    line = {"level": "warn", "component": "x", **fields, "time": "2026-04-24T16:50:19+08:00"}
    return (
        json.dumps({**line, "caller": "a.go:1", "message": message}, separators=(",", ":")) + "\n"
    )


def lines_of(said_) -> list[str]:
    assert said_.status == 0, said_
    return said_.out.splitlines()


def test_lines_of_the_current_run_are_those_of_the_window(shell, start):
    start("say=hello there")

    told = lines_of(shell("logs"))

    assert "hello there" in told
    assert any("✓ Gateway started" in line for line in told)
    assert len(lines_of(shell("logs", "-n", "2"))) == 2
    assert lines_of(shell("logs", "--grep", "hello")) == ["hello there"]
    assert lines_of(shell("logs", "--level", "error")) == []


def test_lines_of_the_runs_before_are_told_too(shell, start):
    start("say=hello there")
    assert shell("restart").status == 0

    told = lines_of(shell("logs"))

    notes = [line.partition("Run ")[2] for line in told if line.startswith("--- ")]
    assert [note.partition(" (")[0] for note in notes] == [
        "1 started",
        "1 ended with exit code 0",
        "2 started by a restart",
    ]
    assert told.count("hello there") == 2
    found = lines_of(shell("logs", "--grep", "Run 1 started|hello"))
    assert found == ["hello there", "hello there"]
    assert [line for line in lines_of(shell("logs", "--level", "Warning")) if "⚠" not in line] == []


def test_more_lines_than_an_answer_has_room_for_are_told(shell, start):
    start("flood=25000")
    shell.until(phase="running")
    wait_until(
        lambda: int(shell("logs", "--json", "-n", "1").payload["log_total"]) > 25_000,
        PATIENCE_S,
        what="the flood",
    )

    told = lines_of(shell("logs", "-n", "0"))

    assert len(told) > 25_000
    assert "Run 1 started" in told[0]
    assert "✓ Cron service started" in lines_of(shell("logs", "--grep", "Cron service"))
    assert len(lines_of(shell("logs", "-n", "11000"))) == 11_000


def test_lines_are_found_as_they_are_printed(shell, stand_in_home):
    write_log(stand_in_home, logged("Hm", channel="pico"))

    printed = ["16:50:19 WRN x a.go:1 > Hm channel=pico"]
    assert lines_of(shell("logs", "--grep", "channel=pico")) == printed
    assert lines_of(shell("logs", "--grep", "WRN x .*Hm")) == printed
    assert lines_of(shell("logs", "--grep", '"channel"')) == []


def test_json_mirrors_the_answer_of_the_launcher(shell, start):
    start("say=hello there")

    told = shell("logs", "--json", "-n", "0").payload
    total, run_id = told["log_total"], told["log_run_id"]
    rest = shell("logs", "--json", "--offset", str(total - 1), "--run-id", str(run_id)).payload
    other = shell("logs", "--json", "-n0", "--offset", str(total), "--run-id", "nonsense").payload
    none = shell("logs", "--json", "--offset", "99999", "--run-id", str(run_id)).payload

    assert set(told) == {"log_run_id", "log_total", "logs"}
    assert len(told["logs"]) == total
    assert rest["logs"] == told["logs"][-1:]
    assert other["logs"] == told["logs"]
    assert none["logs"] == []


def test_clear_forgets_and_says_what_the_launcher_says(shell, start):
    start("say=hello there")
    before = shell("logs", "--json").payload

    cleared = shell("logs", "clear", "--json").payload
    after = shell("logs", "--json").payload

    assert cleared == {"log_run_id": before["log_run_id"] + 1, "log_total": 0, "status": "cleared"}
    assert "hello there" not in after["logs"]
    assert shell("logs", "clear").out == "Cleared.\n"


def test_closed_pipe_ends_it_quietly(stand_in_home, start):
    start("flood=20000")
    command = f"{sys.executable} -m picoclaw_tray logs -n 0 | head -n 1"

    ended = in_a_shell(command, stand_in_home)

    assert (ended.stdout.count("\n"), ended.stderr) == (1, "")


def test_follow_ends_quietly_when_nobody_reads_although_nothing_comes(stand_in_home, own_machine):
    write_log(stand_in_home, logged("Hm"))
    command = f"{sys.executable} -m picoclaw_tray logs -f | head -n 1"

    ended = in_a_shell(command, stand_in_home)

    assert (ended.returncode, ended.stdout.count("\n")) == (0, 1)
    assert ended.stderr == f"No tray runs. This follows {stand_in_home.place.log}.\n"


def test_follow_goes_on_into_the_next_run(shell, start):
    start("chatter=0.2")

    with following(shell) as log:
        log.until("still here")
        assert shell("restart").status == 0
        log.until("started by a restart")
        log.until("✓ Gateway started")
        log.until("still here")

    assert log.said.status == 130
    assert log.said.err == ""
    marks = [line for line in log.lines if line.startswith("---")]
    assert [line.split("Run ")[1].split(" (")[0] for line in marks] == [
        "1 started",
        "1 ended with exit code 0",
        "2 started by a restart",
    ]


def test_follow_of_a_gateway_without_a_pipe_reads_its_log(shell, stand_in_home):
    with stand_in_home.started_by_hand("chatter=0.2"), following(shell, "--level", "warn") as log:
        log.until(" WRN demo demo/mischief.py:")

    assert log.said.status == 130


def test_follow_learns_the_secrets_of_a_config_that_changes(shell, stand_in_home):
    log_file, config = stand_in_home.place.log, stand_in_home.place.config
    log_file.parent.mkdir(parents=True, exist_ok=True)
    log_file.write_text("it begins\n", encoding="utf-8")

    with following(shell) as log:
        log.until("it begins")
        config.write_text('{"version":3,"model_list":[{"api_keys":["Planted9x8y7z"]}]}')
        with log_file.open("a", encoding="utf-8") as more:
            more.write("it knows Planted9x8y7z now\n")
        log.until("it knows ••• now")


def test_past_run_is_read_after_a_crash(shell, start):
    start("crash-after=0.3,crash-code=2,times=1,say=famous last words")
    wait_until(lambda: "Run 1" in shell("logs", "--run", "1").out, PATIENCE_S, what="run 1")
    shell.until(phase="running", run=2)
    assert shell("quit").status == 0

    first = lines_of(shell("logs", "--run", "1"))
    last = lines_of(shell("logs", "--run", "last"))
    told = [json.loads(line) for line in lines_of(shell("logs", "--run", "1", "--json"))]

    assert "famous last words" in first
    assert any(line.endswith("Run 1 ended with exit code 2") for line in first)
    assert any(line.startswith("panic: ") for line in first)
    assert any(line.endswith("Run 2 started by a restart") or "Run 2" in line for line in last)
    assert {entry["source"] for entry in told} >= {"output", "picoclaw-tray", "gateway_panic.log"}
    assert "panic" in {entry["level"] for entry in told}
    assert {entry["run"] for entry in told} == {1}
    without = shell("logs")
    assert without.status == 0
    assert without.err.startswith("No tray runs. This is the last run")


def test_no_secret_leaves(shell, start, stand_in_home):
    plant(stand_in_home)
    start(f"say={SAID} {SAID_VALUES}")
    token = token_of(stand_in_home)
    ways = (
        ("logs",),
        ("logs", "--json"),
        ("logs", "--run", "last"),
        ("logs", "--run", "last", "--json"),
    )
    wait_until(lambda: "bot" in shell("logs", "--run", "last").out, PATIENCE_S, what="the archive")

    for words in ways:
        told = shell(*words)
        assert "bot123456789:" in told.out
        assert not [secret for secret in (*KNOWN, token) if secret in told.out + told.err], words


def test_secret_of_the_config_is_masked_in_a_log_that_no_tray_follows(shell, stand_in_home):
    plant(stand_in_home)
    write_log(stand_in_home, f"it {SAID_VALUES}\n")

    told = shell("logs")

    assert "it knows ••• and •••" in told.out
    assert IN_CONFIG not in told.out


def test_paths_are_told(shell, stand_in_home):
    told = shell("logs", "path", "--json").payload

    assert told["gateway_log"] == str(stand_in_home.place.log)
    assert shell("logs", "path").out.splitlines() == list(told.values())


def test_what_makes_no_sense_is_explained(shell):
    bad = shell("logs", "--grep", "(a")

    assert (bad.status, bad.err) == (2, "--grep: The “(” at character 1 is not closed.\n")
    assert (shell("logs", "--run", "77").status, shell("logs", "--run", "last").status) == (3, 3)
    assert shell("logs", "--run", "77").err == "No run 77 is on disk.\n"
    nothing = shell("logs")
    assert nothing.status == 3
    assert nothing.err.startswith("No tray runs. There is no log yet: ")
    assert shell("logs", "--run", "first").status == 2
    assert shell("logs", "-f", "--run", "last").status == 2
    assert shell("logs", "clear").status == 3
    assert shell("logs", "clear", "-f").status == 2
    assert shell("logs", "--json").status == 3


def test_expression_that_takes_too_long_is_said(shell, stand_in_home):
    write_log(stand_in_home, f"{'a' * 3000}!\n" * 9)

    told = shell("logs", "--grep", "(a+)+b")

    assert (told.status, told.out) == (0, "")
    assert "This expression takes too long in many lines; the search was given up." in told.err


def test_without_a_tray_the_end_of_the_log_is_read(shell, stand_in_home):
    write_log(stand_in_home, logged("Hm"))

    told = shell("logs")

    assert told.out == "16:50:19 WRN x a.go:1 > Hm\n"
    assert told.err == f"No tray runs. This is {stand_in_home.place.log}.\n"


def test_without_a_tray_all_of_the_log_is_searched(shell, stand_in_home):
    write_log(stand_in_home, "".join(logged(f"Number {n}.") for n in range(20_000)))

    assert len(lines_of(shell("logs", "--grep", r"Number \d\."))) == 10
    assert len(lines_of(shell("logs", "-n", "0"))) == 20_000


def test_without_a_tray_a_log_that_is_younger_than_the_last_run_is_read(
    shell, start, stand_in_home
):
    start("say=hello there")
    assert shell("quit").status == 0
    assert "hello there" in lines_of(shell("logs"))
    log = stand_in_home.place.log
    log.write_text("by another gateway\n", encoding="utf-8")
    later = time.time() + 60
    os.utime(log, (later, later))

    assert lines_of(shell("logs")) == ["by another gateway"]


def test_lines_of_no_known_form_are_printed_as_they_are_but_for_what_a_terminal_obeys(
    shell, stand_in_home
):
    stand_in_home.place.log.parent.mkdir()
    stand_in_home.place.log.write_bytes(b"garbage \x1b[31mred\n\xff\xfe \x1b]0;title\x07\n{\n")

    told = lines_of(shell("logs"))

    assert len(told) == 3
    assert told[0].startswith("garbage ")
    assert told[2] == "{"
    assert not [char for line in told for char in line if not char.isprintable()]


def test_follow_survives_rotation_and_loss_and_tells_each_entry_once(shell, stand_in_home):
    log = stand_in_home.place.log
    log.parent.mkdir()

    def write(word):
        line = {"level": "info", "component": "c", "time": "2026-01-01T00:00:00+00:00"}
        with log.open("a", encoding="utf-8") as file:
            file.write(json.dumps({**line, "caller": "a.go:1", "message": word}) + "\n")

    write("word one")
    with following(shell, "--json", "--grep", "word") as followed:
        followed.until("word one")
        log.rename(log.with_suffix(".1"))
        write("word two")
        write("nothing")
        followed.until("word two")
        log.unlink()
        time.sleep(0.5)
        write("word three")
        followed.until("word three")
        os.truncate(log, 0)
        time.sleep(0.5)
        write("word four")
        followed.until("word four")

    told = [json.loads(line)["message"] for line in followed.lines]
    assert told == ["word one", "word two", "word three", "word four"]
    assert (followed.said.status, followed.said.err) == (
        130,
        f"No tray runs. This follows {log}.\n",
    )


def test_full_disk_is_named(shell, stand_in_home):
    write_log(stand_in_home, logged("Hm"))

    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "picoclaw_tray", "logs"],
            env={**os.environ, **variables_of(stand_in_home)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )

    assert ended.returncode == 1
    assert "The answer could not be written: No space left on device." in ended.stderr
    assert "Traceback" not in ended.stderr
