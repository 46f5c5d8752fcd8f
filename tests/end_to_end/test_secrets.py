"""Secrets planted wherever a tray looks are not in anything that it wrote, showed or printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from picoclaw_tray.presentation.icon import IconName
from tests.end_to_end.shell import Shell
from tests.end_to_end.tray_program import PATIENCE_S
from tests.support.planted import (
    IN_CONFIG,
    IN_ENVIRONMENT,
    KNOWN,
    SAID,
    SAID_VALUES,
    assert_nowhere,
    files_below,
    plant,
    token_of,
    watching_bus,
    watching_command_lines,
)

pytestmark = [
    pytest.mark.desktop,
    pytest.mark.linux,
    pytest.mark.xdist_group("desktop"),
]


def test_no_planted_secret_is_found_after_a_whole_life(
    panel, panel_tray, start_tray_on_desktop, stand_in_home, tmp_path
):
    plant(stand_in_home)
    switches = f"say={SAID} {SAID_VALUES},crash-after=2,times=1"
    address = panel.session_bus.address
    shell = Shell(stand_in_home, {**panel.environment, **IN_ENVIRONMENT})
    with watching_bus(address) as bus, watching_command_lines() as command_lines:
        tray = start_tray_on_desktop(
            "--debug", at=stand_in_home, PICOCLAW_DEMO=switches, **IN_ENVIRONMENT
        )
        panel_tray.wait_for("Running", IconName.OK)
        tokens = [token_of(stand_in_home)]
        panel_tray.click("Show log")
        panel.screen.wait_for_window("PicoClaw")
        panel_tray.wait_for("Restarting in ", IconName.WARNING)
        printed = [shell("status"), shell("status", "--json")]
        panel_tray.wait_for("Running", IconName.OK)
        tokens.append(token_of(stand_in_home))
        panel_tray.click("Restart")
        tray.wait_for("starting -> running", times=3)
        panel_tray.wait_for("Running", IconName.OK)
        tokens.append(token_of(stand_in_home))
        panel_tray.click("Reload configuration")
        tray.wait_for("notice: The gateway has taken over its configuration.")
        verbs = ("status", "restart", "reload", "stop", "start", "autostart status")
        printed += [shell(*verb.split(), "--json") for verb in verbs]
        tokens.append(token_of(stand_in_home))
        printed += [shell(*verb.split()) for verb in verbs]
        tokens.append(token_of(stand_in_home))
        panel_tray.click("Quit and stop the gateway")
        assert tray.program.wait(PATIENCE_S) == 0
        printed += [shell("status"), shell("status", "--json"), shell("start")]

    files = files_below(
        tmp_path, Path(panel.environment["TMPDIR"]), but_for=[stand_in_home.place.home]
    )
    words = {
        "the message bus": bytes(bus),
        "the command lines": b"\n".join(command_lines),
        "what the verbs printed": "\n".join(said.out + said.err for said in printed).encode(),
        "what the tray printed": tray.program.output.encode(),
    }
    assert str(tray.log_path) in files
    assert b"Restarting in " in words["the message bus"]
    assert b"The gateway runs (PID " in words["what the verbs printed"]
    assert str(stand_in_home.command.program).encode() in words["the command lines"]
    assert_nowhere((*KNOWN, *tokens), files | words)


def test_search_finds_a_secret_in_names_and_contents(tmp_path):
    folder = tmp_path / f"a-{IN_CONFIG}"
    folder.mkdir()
    (folder / "file").write_text(f"b {IN_CONFIG}", encoding="ascii")

    with pytest.raises(AssertionError) as raised:
        assert_nowhere(KNOWN, files_below(tmp_path))

    assert str(raised.value).count(f"'{IN_CONFIG}' in ") == 2
