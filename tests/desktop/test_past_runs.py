"""What a gateway has printed is there after its crash, and after a restart of the tray."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QDate, QDateTime, QLocale, QTime

from picoclaw_tray.desktop.log_scope import LogScope
from picoclaw_tray.lifecycle.state import Failed, Stopped
from picoclaw_tray.system.log_archive import ArchivedRun, archive_folder, archived_runs
from tests.support.planted import KNOWN, SAID, token_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from picoclaw_tray.desktop.choice_box import ChoiceBox
    from picoclaw_tray.system.launch_site import LaunchSite
    from tests.support.gateway_home import GatewayHome
    from tests.support.tray_rig import Rig

pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", "plugin does not support")


def files_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def run_box(rig: Rig) -> ChoiceBox:
    scope = rig.window.findChild(LogScope)
    assert isinstance(scope, LogScope)
    return scope._run


def test_past_run_is_opened_from_the_disk(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    site = stand_in_home.site("")
    folder = archive_folder(site.log_folder)
    folder.mkdir(parents=True)
    old = folder / "run-000007-20260101-101500-77.1.log"
    old.write_bytes(b"words of last year\n")
    rig = start_rig(site)
    rig.open_window()
    box = run_box(rig)

    box.opening.emit()
    past = [choice for choice in box._choices if isinstance(choice.value, ArchivedRun)]
    box.choose(past[0].value)

    rig.until(lambda: rig.lines == ["words of last year"])
    short = QLocale.FormatType.ShortFormat
    begun = QDateTime(QDate(2026, 1, 1), QTime(10, 15))
    assert past[0].label == f"Run 7 · {QLocale().toString(begun, short)}"
    box.choose(None)
    rig.until(lambda: rig.lines == [])


def test_run_is_on_disk_from_its_beginning_to_its_end_without_a_secret(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    site = stand_in_home.site(f"say={SAID}")
    rig = start_rig(site)
    rig.app.begin(start=True)
    rig.until_runs()
    rig.look()
    token = token_of(stand_in_home)
    rig.controller.stop()
    rig.until_phase(Stopped)
    rig.app._log.close()

    folder = archive_folder(site.log_folder)
    (run,) = archived_runs(folder)
    written = files_of(folder)
    assert run.begun is not None
    assert run.ended is not None
    assert (run.begun.run, run.ended.exit_code) == (1, 0)
    assert "•••".encode() in written
    assert not [secret for secret in (*KNOWN, token) if secret.encode() in written]


def test_crash_leaves_its_last_words_on_disk(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    site = stand_in_home.site("crash-after=0.1,crash-code=2")
    rig = start_rig(site)
    rig.app.begin(start=True)
    rig.until(lambda: rig.state.failure is not None)
    rig.controller.stop()
    rig.until_phase(Stopped)
    rig.app._log.close()

    runs = archived_runs(archive_folder(site.log_folder))
    assert runs[0].ended is not None
    assert runs[0].ended.exit_code not in {0, None}
    assert b"panic:" in files_of(archive_folder(site.log_folder))


def test_folder_that_cannot_be_written_is_said_in_the_window(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    site = stand_in_home.site()
    archive_folder(site.log_folder).parent.mkdir(parents=True)
    archive_folder(site.log_folder).write_bytes(b"")
    rig = start_rig(site)
    rig.open_window()

    rig.app.begin(start=True)
    rig.until_runs()

    rig.until(lambda: "The output of this run cannot be written to" in rig.says)
    rig.until(lambda: any("✓" in line for line in rig.lines))
    assert not isinstance(rig.state.phase, Failed)


def test_clear_leaves_a_past_run_and_the_live_lines_alone(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    site = stand_in_home.site()
    folder = archive_folder(site.log_folder)
    folder.mkdir(parents=True)
    (folder / "run-000007-20260101-101500-77.1.log").write_bytes(b"words of last year\n")
    rig = start_rig(site)
    rig.open_window()
    rig.controller.lines_received.emit((b"live",))
    box = run_box(rig)
    box.opening.emit()
    box.choose(next(c.value for c in box._choices if isinstance(c.value, ArchivedRun)))
    rig.until(lambda: rig.lines == ["words of last year"])

    rig.window.panel.clear_requested.emit()
    assert not rig.window.panel.actions_.clear.isEnabled()
    box.choose(None)

    rig.until(lambda: rig.lines == ["live"])
    rig.window.panel.clear_requested.emit()
    assert rig.lines == []


def test_run_that_was_chosen_is_no_filter_any_more_after_a_clear(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    rig = start_rig(stand_in_home.site())
    rig.start_with_window()
    rig.until(lambda: rig.lines)
    box = run_box(rig)
    box.opening.emit()
    box.choose(1)

    rig.window.panel.clear_requested.emit()
    rig.controller.lines_received.emit((b"new",))

    rig.until(lambda: "new" in rig.lines)
