"""What gateways were started with, and when one is out of date."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.gateway.config import GatewayConfig
from picoclaw_tray.gateway.fingerprint import fingerprint
from picoclaw_tray.gateway.release import NEWEST
from picoclaw_tray.lifecycle.state import Process, ProcessKey
from picoclaw_tray.presentation.text import render
from picoclaw_tray.system.baselines import STARTING_S, Baselines
from picoclaw_tray.system.config_files import ConfigFiles
from picoclaw_tray.system.process_key import key_of
from picoclaw_tray.system.run_record import RunRecords
from tests.support.launch import PLAN
from tests.support.processes import sleeper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.gateway_home import GatewayHome

KEY = ProcessKey(4711, "a")
OTHER = ProcessKey(815, "b")
OURS = Process(KEY, ours=True)
STARTED_AT = 1_700_000_000.0
NEWER = "the configuration is newer than the running gateway"


class Scene:
    """One home, as one tray after another sees it."""

    def __init__(self, home: GatewayHome) -> None:
        self.home = home
        self.folder = home.folder / "state"
        self.next_tray()
        self.write_config()

    def next_tray(self) -> None:
        """A new tray, which knows what the last one wrote down."""
        environ = self.home.environment()
        self.config_files = ConfigFiles(self.home.place, environ)
        self.records = RunRecords(self.folder)
        self.baselines = Baselines(self.config_files, self.records)

    def write_config(self, after_s: float = -60.0, **gateway: object) -> None:
        """A config that was written so long after the start of the gateway."""
        self.home.configure(**gateway)  # type: ignore[arg-type]
        os.utime(self.home.place.config, (STARTED_AT + after_s,) * 2)

    @property
    def config(self) -> GatewayConfig:
        config = self.config_files.read(NEWEST)
        assert isinstance(config, GatewayConfig), config
        return config

    def start(self, *, with_fingerprint: bool = True) -> None:
        """Our gateway is started with the config as it is."""
        made = fingerprint(self.config, NEWEST, self.records.fingerprint_key())
        plan = replace(PLAN, default_model="m", fingerprint=made if with_fingerprint else None)
        self.records.write_spawned(OURS, plan)

    def reload(self, key: ProcessKey = KEY) -> None:
        """The gateway takes over the config as it is."""
        taken_over = self.baselines.fingerprint(self.config, NEWEST)
        assert taken_over is not None
        self.baselines.note_reloaded(key, taken_over)

    def changes(self, key: ProcessKey = KEY, started_at: float | None = STARTED_AT) -> list[str]:
        """What a restart would change."""
        found = self.baselines.changes(key, started_at, self.config, NEWEST)
        return [render(change) for change in found]


@pytest.fixture
def scene(stand_in_home: GatewayHome) -> Scene:
    return Scene(stand_in_home)


def test_gateway_of_ours_is_compared_with_what_it_was_started_with(scene: Scene) -> None:
    scene.start()
    assert scene.changes() == []

    scene.write_config(after_s=60, log_level="debug", default_model="")

    assert scene.changes() == ["log level warn → debug", "default model m → none"]


def test_change_is_still_known_to_the_next_tray(scene: Scene) -> None:
    scene.start()
    scene.write_config(after_s=60, log_level="debug")

    scene.next_tray()

    assert scene.changes() == ["log level warn → debug"]
    assert scene.baselines.model(KEY) == "m"


def test_save_without_a_change_is_no_change(scene: Scene) -> None:
    scene.start()

    scene.write_config(after_s=60)

    assert scene.changes() == []


def test_change_that_was_undone_is_no_change(scene: Scene) -> None:
    scene.start()
    scene.write_config(after_s=60, log_level="debug")
    assert scene.changes()

    scene.write_config(after_s=70)

    assert scene.changes() == []


def test_reload_takes_over_all_but_the_address(scene: Scene) -> None:
    scene.start()
    scene.write_config(after_s=60, log_level="debug", host="127.0.0.1", default_model="")

    scene.reload()

    assert scene.changes() == ["host localhost → 127.0.0.1"]
    assert scene.baselines.model(KEY) == ""
    scene.next_tray()
    assert scene.changes() == ["host localhost → 127.0.0.1"]


def test_only_the_address_counts_while_hot_reload_is_on(scene: Scene) -> None:
    scene.write_config(hot_reload=True)
    scene.start()

    scene.write_config(after_s=60, hot_reload=True, log_level="debug")
    assert scene.changes() == []

    scene.write_config(after_s=70, hot_reload=True, log_level="debug", host="127.0.0.1")
    assert scene.changes() == ["host localhost → 127.0.0.1"]


def test_foreign_gateway_is_compared_with_what_we_saw_first(scene: Scene) -> None:
    assert scene.changes(OTHER) == []
    assert scene.baselines.model(OTHER) == "m"

    scene.write_config(after_s=60, log_level="debug")

    assert scene.changes(OTHER) == ["log level warn → debug"]


def test_foreign_gateway_may_write_its_config_while_it_starts(scene: Scene) -> None:
    scene.write_config(after_s=STARTING_S)

    assert scene.changes(OTHER) == []


def test_config_that_changed_before_we_looked_is_newer_than_a_foreign_gateway(scene: Scene) -> None:
    scene.write_config(after_s=STARTING_S + 1)

    assert scene.changes(OTHER) == [NEWER]
    assert scene.changes(OTHER) == [NEWER]
    assert scene.baselines.model(OTHER) == ""


def test_security_file_that_changed_before_we_looked_counts_too(scene: Scene) -> None:
    security = scene.home.place.config.with_name(".security.yml")
    security.write_text("{}", encoding="utf-8")
    os.utime(security, (STARTED_AT + 60,) * 2)

    assert scene.changes(OTHER) == [NEWER]


def test_newer_config_is_no_matter_where_hot_reload_is_on(scene: Scene) -> None:
    scene.write_config(after_s=60, hot_reload=True)

    assert scene.changes(OTHER) == []


def test_config_is_taken_for_that_of_a_foreign_gateway_whose_start_is_unknown(scene: Scene) -> None:
    scene.write_config(after_s=60)

    assert scene.changes(OTHER, None) == []


def test_config_that_is_missing_is_not_newer(scene: Scene) -> None:
    scene.home.place.config.unlink()

    assert scene.changes(OTHER) == []


def test_each_foreign_gateway_is_looked_at_anew(scene: Scene) -> None:
    scene.write_config(after_s=60)
    assert scene.changes(OTHER) == [NEWER]

    assert scene.changes(ProcessKey(815, "another start"), STARTED_AT + 60) == []


def test_reload_makes_the_config_of_a_foreign_gateway_known(scene: Scene) -> None:
    scene.write_config(after_s=60)
    assert scene.changes(OTHER) == [NEWER]

    scene.reload(OTHER)

    assert scene.changes(OTHER) == []
    assert scene.records.read() is None
    scene.write_config(after_s=70, log_level="debug", host="127.0.0.1")
    assert len(scene.changes(OTHER)) == 2
    scene.reload(OTHER)
    assert scene.changes(OTHER) == ["host localhost → 127.0.0.1"]


def test_reload_of_a_foreign_gateway_is_not_written_into_the_record_of_ours(scene: Scene) -> None:
    scene.start()
    before = scene.records.read()

    scene.reload(OTHER)

    assert scene.records.read() == before


def test_gateway_of_an_older_tray_is_compared_with_what_we_saw_first(scene: Scene) -> None:
    scene.start(with_fingerprint=False)
    assert scene.changes() == []
    assert scene.baselines.model(KEY) == "m"

    scene.write_config(after_s=60, log_level="debug")
    assert scene.changes() == ["log level warn → debug"]

    scene.write_config(after_s=70, log_level="debug", host="127.0.0.1")
    scene.reload()
    assert scene.changes() == ["host localhost → 127.0.0.1"]


def test_config_with_an_old_schema_is_not_compared(scene: Scene) -> None:
    scene.start()
    scene.home.place.config.write_text('{"version": 2, "gateway": {}}', encoding="utf-8")

    assert scene.changes() == []
    assert scene.baselines.fingerprint(scene.config, NEWEST) is None


def test_gateway_that_nobody_asked_about_has_no_model(scene: Scene) -> None:
    assert scene.baselines.model(OTHER) == ""


def test_lost_key_is_no_change(scene: Scene) -> None:
    scene.start()
    (scene.folder / "fingerprint.key").unlink()

    scene.next_tray()

    assert scene.changes() == []


def test_no_secret_is_written_down(scene: Scene) -> None:
    document = json.loads(scene.home.place.config.read_bytes())
    document["model_list"][0]["api_keys"] = ["canary-1"]
    document["channel_list"] = {"telegram": {"settings": {"token": "canary-2"}}}
    scene.home.place.config.write_text(json.dumps(document), encoding="utf-8")

    scene.start()

    written = [path.read_bytes() for path in scene.folder.iterdir()]
    assert written
    assert not any(b"canary" in content for content in written)


# -- log level -------------------------------------------------------------------------------------


class LevelScene(Scene):
    """With a process that lives, but is no gateway: nothing fixes its level."""

    def level(self, key: ProcessKey, *, is_current: bool = True) -> str:
        return self.baselines.log_level(key, self.config, is_current=is_current)

    def start_as(self, key: ProcessKey, level: str) -> None:
        made = fingerprint(self.config, NEWEST, self.records.fingerprint_key())
        plan = replace(PLAN, log_level=level, fingerprint=made)
        self.records.write_spawned(Process(key, ours=True), plan)

    def force(self, level: str) -> None:
        """Our setting, or our environment."""
        environ = self.home.environment() | {"PICOCLAW_LOG_LEVEL": level}
        self.config_files = ConfigFiles(self.home.place, environ)
        self.baselines = Baselines(self.config_files, self.records)


@pytest.fixture
def levels(stand_in_home: GatewayHome) -> LevelScene:
    return LevelScene(stand_in_home)


@pytest.fixture
def living() -> Iterator[ProcessKey]:
    with sleeper() as process:
        key = key_of(process.pid)
        assert key is not None
        yield key


def test_level_of_ours_is_that_of_its_record(levels: LevelScene) -> None:
    levels.start_as(KEY, "error")

    levels.write_config(after_s=60, log_level="debug")

    assert levels.level(KEY) == "error"


def test_level_of_ours_follows_the_config_while_hot_reload_is_on(
    levels: LevelScene, living: ProcessKey
) -> None:
    levels.write_config(hot_reload=True)
    levels.start_as(living, "warn")
    levels.write_config(after_s=60, hot_reload=True, log_level="debug")

    assert levels.level(living) == "debug"
    levels.force("info")
    assert levels.level(living) == "debug"


def test_level_of_another_is_not_ours(levels: LevelScene, living: ProcessKey) -> None:
    levels.write_config(log_level="error")
    levels.force("debug")

    assert levels.level(living) == "error"


def test_level_of_another_is_told_only_of_the_config_it_runs_with(
    levels: LevelScene, living: ProcessKey
) -> None:
    assert levels.level(living) == "warn"
    assert levels.level(living, is_current=False) == ""
    assert levels.level(OTHER) == ""  # it could not be asked


def test_level_of_another_is_not_guessed_from_what_cannot_be_read(
    levels: LevelScene, living: ProcessKey
) -> None:
    levels.home.break_config()
    broken = levels.config_files.read(NEWEST)
    assert levels.baselines.log_level(living, broken, is_current=True) == ""

    levels.home.place.config.write_text('{"version": 2, "gateway": {}}', encoding="utf-8")
    assert levels.level(living) == ""


def test_setting_that_came_later_still_needs_a_restart_after_a_reload(
    levels: LevelScene, living: ProcessKey
) -> None:
    levels.start_as(living, "warn")
    levels.force("info")
    assert levels.changes(living) == ["log level warn → info"]

    levels.reload(living)

    assert levels.changes(living) == ["log level warn → info"]
    assert levels.level(living) == "warn"


def test_reload_brings_the_level_of_the_file(levels: LevelScene, living: ProcessKey) -> None:
    levels.start_as(living, "warn")
    levels.write_config(after_s=60, log_level="info")

    levels.reload(living)

    assert levels.changes(living) == []
    assert levels.level(living) == "info"
