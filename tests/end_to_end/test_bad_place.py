"""The real program where files cannot be read or written, and where names are odd."""

from __future__ import annotations

import os
import signal
import sys
import unicodedata

import pytest

from tests.end_to_end.conftest import TRAY
from tests.end_to_end.tray_program import PATIENCE_S, is_alive
from tests.support.gateway_home import STAND_IN, GatewayHome
from tests.support.waiting import wait_until

pytestmark = pytest.mark.linux

# Root may read and write everything, unless it gives that up.
IS_ROOT = sys.platform == "linux" and os.getuid() == 0
AS_ANYBODY = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if IS_ROOT else ()
UNPRIVILEGED_TRAY = (*AS_ANYBODY, *TRAY)


@pytest.fixture
def read_only(stand_in_home):
    """The home, in which nobody may write until the test is over."""
    folder = stand_in_home.place.home
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)


def test_read_only_home_is_told_once_and_waited_for(start_tray, stand_in_home, read_only):
    tray = start_tray(at=stand_in_home, command=UNPRIVILEGED_TRAY)
    tray.wait_for("preparing -> backoff: Refused", times=2)
    told = tray.notices

    read_only.chmod(0o755)
    gateway = tray.gateway()

    sentence = f"You may not write in {read_only}. PicoClaw has to: it keeps its files in"
    assert len(told) == 1
    assert sentence in told[0]
    assert tray.end(signal.SIGTERM) == 0
    assert not is_alive(gateway)


@pytest.mark.parametrize("name", ["config.json", ".security.yml"])
def test_config_that_may_not_be_read_is_told_once(start_tray, stand_in_home, name):
    path = stand_in_home.place.home / name
    path.touch()
    path.chmod(0)

    tray = start_tray(at=stand_in_home, command=UNPRIVILEGED_TRAY)
    tray.wait_for("preparing -> failed: Refused")
    tray.wait_for("notice: ")

    assert len(tray.notices) == 1
    assert "cannot be read. Check that it is a file and that you may read it." in tray.notices[0]
    assert tray.end(signal.SIGTERM) == 0


def test_gateway_runs_and_stops_where_we_can_keep_nothing(start_tray, stand_in_home, own_machine):
    variables = ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
    nowhere = own_machine / "no-folder"
    nowhere.write_bytes(b"precious")

    tray = start_tray(at=stand_in_home, **dict.fromkeys(variables, str(nowhere)))
    wait_until(stand_in_home.answering_pid, PATIENCE_S, what="the gateway")

    assert tray.end(signal.SIGTERM) == 0
    assert stand_in_home.answering_pid() is None
    assert nowhere.read_bytes() == b"precious"
    assert tray.program.output == ""


def test_gateway_runs_and_stops_while_the_disk_is_full_for_us(start_tray, stand_in_home):
    # As on a full disk: a PID file still fits, our log, our run record do not.
    full = ("prlimit", "--fsize=400", *TRAY)

    tray = start_tray(at=stand_in_home, command=full)
    wait_until(stand_in_home.recorded_pid, PATIENCE_S, what="the PID file")
    wait_until(stand_in_home.answering_pid, PATIENCE_S, what="the gateway")

    assert tray.end(signal.SIGTERM) == 0
    assert stand_in_home.answering_pid() is None
    assert "Traceback" not in tray.log
    assert tray.program.output == ""


NAMES = {
    "spaces": " my  claw ",
    "quotes": 'it\'s a "claw" `id`',
    "signs": "100%h $HOME ${x} %s {0} & #; * \\ ~",
    "composed": unicodedata.normalize("NFC", "Bücher-é-🦞-目"),
    "decomposed": unicodedata.normalize("NFD", "Bücher-é-🦞-目"),
    "right to left": "مخلب\u202e",
    "line end": "two\nlines",
    "200 characters": "x" * 200,
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_whole_life_in_a_home_with_an_odd_name(start_tray, tmp_path, name):
    home = GatewayHome(tmp_path / name, STAND_IN)
    program = tmp_path / "picoclaw"
    program.write_text(f'#!/bin/sh\nexec {" ".join(STAND_IN)} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    variables = {"PICOCLAW_HOME": str(home.place.home), "PICOCLAW_BINARY": str(program)}

    first = start_tray(**variables)
    gateway = first.gateway()
    named = gateway.environ()["PICOCLAW_HOME"]
    ended = first.end(signal.SIGTERM)
    with home.started_by_hand() as other:
        second = start_tray(**variables)
        second.wait_for(f"locating -> running: Observed (PID {other.pid})")
        ended_too = second.end(signal.SIGTERM)
        left = home.answering_pid()

    assert named == str(home.place.home)
    assert not is_alive(gateway)
    assert (ended, ended_too) == (0, 0)
    assert left == other.pid
    assert first.log_path == second.log_path
