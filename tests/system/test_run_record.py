from __future__ import annotations

import json
import logging
import os
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.origin import Origin, OriginKind
from picoclaw_tray.lifecycle.state import Process, ProcessKey
from picoclaw_tray.system import run_record
from picoclaw_tray.system.process_key import key_of
from picoclaw_tray.system.run_record import RunRecord, RunRecords
from tests.support.launch import PLAN
from tests.support.processes import sleeper
from tests.support.spoilt import HUGE, spoilt

KEY = ProcessKey(4711, "1234567@boot")
SPAWNED = Process(KEY, ours=True, watched=True)
TRAY = key_of(os.getpid()) or ProcessKey(os.getpid(), "")
GOOD = {
    "pid": 4711,
    "created": "1234567@boot",
    "run": 3,
    "outlives": False,
    "tray": {"pid": TRAY.pid, "created": TRAY.created},
}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "state"


def write(folder, content):
    folder.mkdir()
    (folder / "run.json").write_bytes(content)


def test_record_is_none_before_any_start(folder):
    records = RunRecords(folder)

    assert records.read() is None
    assert records.ours(KEY) is None
    assert not folder.exists()


def test_record_is_found_again_by_the_next_tray(folder):
    RunRecords(folder).write_spawned(SPAWNED, PLAN)

    assert RunRecords(folder).read() == RunRecord(KEY, run=1, outlives=False, tray=TRAY)


def test_runs_are_counted_across_trays(folder):
    for pid in (1, 2):
        RunRecords(folder).write_spawned(replace(SPAWNED, key=ProcessKey(pid, "c")), PLAN)
    records = RunRecords(folder)

    records.write_spawned(SPAWNED, PLAN)

    assert (
        records.read()
        == RunRecords(folder).read()
        == RunRecord(KEY, run=3, outlives=False, tray=TRAY)
    )


def test_number_of_a_run_can_be_told_before_it(folder):
    records = RunRecords(folder)
    assert records.next_run() == 1
    records.write_spawned(SPAWNED, PLAN)

    plan = replace(PLAN, run=records.next_run())
    records.write_spawned(SPAWNED, plan)

    assert plan.run == 2
    assert RunRecords(folder).next_run() == 3


@pytest.mark.parametrize("outlives", [False, True])
def test_recorded_process_is_ours_and_no_child_of_the_next_tray(folder, outlives):
    RunRecords(folder).write_spawned(replace(SPAWNED, outlives=outlives), PLAN)

    assert RunRecords(folder).ours(KEY) == Process(KEY, ours=True, outlives=outlives)


@pytest.mark.parametrize("key", [ProcessKey(4711, "another start"), ProcessKey(1, KEY.created)])
def test_any_other_process_is_not_ours(folder, key):
    RunRecords(folder).write_spawned(SPAWNED, PLAN)

    assert RunRecords(folder).ours(key) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"garbage",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"7",
        b"[" * 100_000,
        *(
            json.dumps({key: value for key, value in GOOD.items() if key != missing}).encode()
            for missing in GOOD
        ),
        json.dumps(GOOD | {"pid": "4711"}).encode(),
        json.dumps(GOOD | {"pid": float("inf")}).encode(),
        json.dumps(GOOD | {"created": 12}).encode(),
        json.dumps(GOOD | {"run": None}).encode(),
        json.dumps(GOOD | {"outlives": "no"}).encode(),
        json.dumps(GOOD | {"tray": 4711}).encode(),
    ],
)
def test_spoilt_record_is_none_and_is_replaced(folder, content):
    write(folder, content)
    records = RunRecords(folder)

    assert records.read() is None
    records.write_spawned(SPAWNED, PLAN)
    assert RunRecords(folder).read() == RunRecord(KEY, run=1, outlives=False, tray=TRAY)


def test_record_may_know_more_than_we_do(folder):
    write(folder, json.dumps(GOOD | {"from a newer tray": [1]}).encode())

    assert RunRecords(folder).read() == RunRecord(KEY, run=3, outlives=False, tray=TRAY)


@given(
    st.binary() | st.recursive(st.none() | st.integers(), st.lists).map(json.dumps).map(str.encode)
)
def test_any_bytes_are_a_record_or_none(raw):
    assert isinstance(run_record._parse(raw), RunRecord | None)


@given(spoilt(json.dumps(GOOD).encode()))
def test_spoilt_records_are_a_record_or_none(raw):
    record = run_record._parse(raw)

    assert record is None or record.version.encode() is not None  # no half of a character


@pytest.mark.parametrize("raw", HUGE.values(), ids=HUGE)
def test_huge_record_is_none(folder, raw):
    write(folder, raw)

    assert RunRecords(folder).read() is None


@pytest.mark.linux
@pytest.mark.macos
def test_record_does_not_wait_for_the_writer_of_a_pipe(folder):
    folder.mkdir(exist_ok=True)
    os.mkfifo(folder / "run.json")

    assert RunRecords(folder).read() is None


def test_record_is_remembered_when_it_cannot_be_written(tmp_path, caplog):
    in_the_way = tmp_path / "state"
    in_the_way.write_bytes(b"")
    records = RunRecords(in_the_way)

    with caplog.at_level(logging.WARNING):
        records.write_spawned(SPAWNED, PLAN)

    assert records.ours(KEY) is not None
    assert "the run record could not be written" in caplog.text
    assert records.problem is not None
    assert dict(records.problem.args)["folder"] == str(in_the_way)


def test_record_is_no_problem_any_more_once_it_can_be_written(tmp_path, caplog):
    in_the_way = tmp_path / "state"
    in_the_way.write_bytes(b"")
    records = RunRecords(in_the_way)
    records.write_spawned(SPAWNED, PLAN)
    records.write_spawned(SPAWNED, PLAN)

    in_the_way.unlink()
    records.write_spawned(SPAWNED, PLAN)

    assert records.problem is None
    assert caplog.text.count("could not be written") == 1


def test_record_that_is_a_folder_is_none(folder):
    (folder / "run.json").mkdir(parents=True)

    assert RunRecords(folder).read() is None


def write_as(folder, tray):
    content = GOOD | {"tray": {"pid": tray.pid, "created": tray.created}}
    write(folder, json.dumps(content).encode())


def test_gateway_of_another_tray_that_lives_is_not_ours(folder, tmp_path):
    with sleeper(folder=tmp_path) as other_tray:
        write_as(folder, other_tray.key)

        assert RunRecords(folder).ours(KEY) is None


def test_gateway_of_a_tray_that_is_gone_is_ours(folder, tmp_path):
    with sleeper(folder=tmp_path) as other_tray:
        write_as(folder, other_tray.key)

    assert RunRecords(folder).ours(KEY) == Process(KEY, ours=True)


def test_origin_of_a_gateway_of_ours_is_the_tray_that_started_it(folder, tmp_path):
    records = RunRecords(folder)
    unrecorded = records.origin_of(KEY)
    records.write_spawned(SPAWNED, PLAN)
    by_us = records.origin_of(KEY)
    with sleeper() as other:
        write_as(tmp_path / "other", other.key)
        silent = RunRecords(tmp_path / "other", silent_tray=other.pid).origin_of(KEY)
        earlier = RunRecords(tmp_path / "other").origin_of(KEY)

    assert unrecorded == by_us == Origin(OriginKind.THIS_TRAY, starter=os.getpid())
    assert silent == Origin(OriginKind.THIS_TRAY, starter=other.pid)
    assert earlier == Origin(OriginKind.EARLIER_TRAY)


def test_record_of_another_tray_is_seen(folder):
    ours, theirs = RunRecords(folder), RunRecords(folder)
    ours.write_spawned(SPAWNED, PLAN)

    theirs.write_spawned(replace(SPAWNED, key=ProcessKey(1, "c")), PLAN)

    assert ours.read() == theirs.read()


# -- what it was started with -----------------------------------------------------------------

FINGERPRINT = {"key": "0011aabb", "host": "localhost", "default_model": "gpt-5.4"}
TELLING_PLAN = replace(
    PLAN, version="0.2.9", default_model="gpt-5.4", log_level="warn", fingerprint=FINGERPRINT
)
TOLD = RunRecord(KEY, 1, outlives=False, tray=TRAY, version="0.2.9", default_model="gpt-5.4")
TOLD = replace(TOLD, log_level="warn", fingerprint=FINGERPRINT)


def test_record_says_what_the_gateway_was_started_with(folder):
    RunRecords(folder).write_spawned(SPAWNED, TELLING_PLAN)

    assert RunRecords(folder).read() == TOLD


def test_record_of_an_older_tray_says_nothing_about_that(folder):
    write(folder, json.dumps(GOOD).encode())

    record = RunRecords(folder).read()

    assert record is not None
    assert (record.version, record.default_model, record.log_level) == ("", "", "")
    assert record.fingerprint is None


@pytest.mark.parametrize("spoilt", [7, "x", [], None, {"host": 1}, {"host": None}, {"a": {}}])
def test_spoilt_fingerprint_is_none_and_the_record_still_counts(folder, spoilt):
    write(folder, json.dumps(GOOD | {"fingerprint": spoilt}).encode())

    assert RunRecords(folder).read() == RunRecord(KEY, run=3, outlives=False, tray=TRAY)


@pytest.mark.parametrize("name", ["version", "default_model", "log_level"])
def test_spoilt_text_is_empty_and_the_record_still_counts(folder, name):
    write(folder, json.dumps(GOOD | {name: 7}).encode())

    assert RunRecords(folder).read() == RunRecord(KEY, run=3, outlives=False, tray=TRAY)


def test_record_notes_what_a_gateway_has_taken_over(folder):
    records = RunRecords(folder)
    records.write_spawned(SPAWNED, TELLING_PLAN)
    taken_over = FINGERPRINT | {"default_model": "llama3"}

    records.write_reloaded(KEY, taken_over)

    assert RunRecords(folder).read() == replace(
        TOLD, default_model="llama3", fingerprint=taken_over
    )


@pytest.mark.parametrize(("started", "now"), [("warn", "info"), ("debug", "debug")])
def test_record_notes_the_level_of_a_reload_unless_the_gateway_has_it_from_elsewhere(
    folder, started, now
):
    records = RunRecords(folder)
    before = FINGERPRINT | {"log_level": "warn"}
    records.write_spawned(SPAWNED, replace(TELLING_PLAN, log_level=started, fingerprint=before))

    records.write_reloaded(KEY, FINGERPRINT | {"log_level": "info"})

    record = RunRecords(folder).read()
    assert record is not None
    assert record.log_level == now


def test_record_keeps_the_model_where_the_fingerprint_does_not_name_one(folder):
    records = RunRecords(folder)
    records.write_spawned(SPAWNED, TELLING_PLAN)

    records.write_reloaded(KEY, {})

    assert RunRecords(folder).read() == replace(TOLD, fingerprint={})


def test_record_notes_nothing_about_another_gateway(folder):
    records = RunRecords(folder)
    records.write_reloaded(KEY, FINGERPRINT)
    assert records.read() is None
    records.write_spawned(SPAWNED, TELLING_PLAN)

    records.write_reloaded(ProcessKey(1, KEY.created), {})

    assert records.read() == TOLD


# -- the key of the fingerprints --------------------------------------------------------------


def test_key_is_made_once(folder):
    records = RunRecords(folder)

    key = records.fingerprint_key()

    assert len(key) == run_record.KEY_BYTES
    assert records.fingerprint_key() == RunRecords(folder).fingerprint_key() == key
    assert (folder / "fingerprint.key").read_bytes() == key


def test_key_of_each_home_is_its_own(tmp_path):
    ours, theirs = RunRecords(tmp_path / "ours"), RunRecords(tmp_path / "theirs")

    assert ours.fingerprint_key() != theirs.fingerprint_key()


@pytest.mark.linux
@pytest.mark.macos
def test_key_is_for_its_owner_alone(folder):
    RunRecords(folder).fingerprint_key()

    assert (folder / "fingerprint.key").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("spoilt", [b"", b"short", b"x" * 33])
def test_spoilt_key_is_replaced(folder, spoilt):
    folder.mkdir()
    (folder / "fingerprint.key").write_bytes(spoilt)

    key = RunRecords(folder).fingerprint_key()

    assert key not in {spoilt, spoilt[:32]}
    assert RunRecords(folder).fingerprint_key() == key


def test_key_that_cannot_be_written_lasts_as_long_as_we_do(tmp_path, caplog):
    in_the_way = tmp_path / "state"
    in_the_way.write_bytes(b"")
    records = RunRecords(in_the_way)

    with caplog.at_level(logging.WARNING):
        key = records.fingerprint_key()

    assert records.fingerprint_key() == key
    assert RunRecords(in_the_way).fingerprint_key() != key
    assert "the key of the fingerprints could not be written" in caplog.text
    assert key.hex() not in caplog.text


def test_taken_over_config_is_remembered_when_it_cannot_be_written(tmp_path):
    in_the_way = tmp_path / "state"
    in_the_way.write_bytes(b"")
    records = RunRecords(in_the_way)
    records.write_spawned(SPAWNED, TELLING_PLAN)

    records.write_reloaded(KEY, {})

    assert records.read() == replace(TOLD, fingerprint={})
