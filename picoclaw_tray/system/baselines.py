"""What running gateways were started with, to tell when one is out of date (contract 7.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from picoclaw_tray.gateway.config import GatewayConfig
from picoclaw_tray.gateway.fingerprint import changes, fingerprint, reloaded
from picoclaw_tray.system import processes
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from picoclaw_tray.gateway.config_error import ConfigError
    from picoclaw_tray.gateway.fingerprint import Fingerprint
    from picoclaw_tray.gateway.release import Release
    from picoclaw_tray.lifecycle.state import ProcessKey
    from picoclaw_tray.system.config_files import ConfigFiles
    from picoclaw_tray.system.run_record import RunRecord, RunRecords

_NEWER = QT_TRANSLATE_NOOP("Change", "the configuration is newer than the running gateway")

STARTING_S = 5.0
"""A gateway may rewrite its own config while it starts (contract 5.1)."""


class Baselines:
    """Knows the baseline of one running gateway; works in one lane.

    Of our own it stands in the run record, unless an older tray wrote that. Any other gateway has
    none, unless its config was not touched between its start and our first look: then it is what we
    saw at that look.
    """

    def __init__(self, config: ConfigFiles, run_records: RunRecords) -> None:
        self._config = config
        self._run_records = run_records
        self._forced: tuple[ProcessKey, str] | None = None
        self._foreign: tuple[ProcessKey, Fingerprint | None] | None = None
        # It takes a millisecond, and is asked for at each look.
        self._made: tuple[GatewayConfig, Release, Fingerprint | None] | None = None

    def changes(
        self, key: ProcessKey, started_at: float | None, config: GatewayConfig, release: Release
    ) -> tuple[Text, ...]:
        """What a restart would change; nothing if none is needed, or if it cannot be told.

        Args:
            key: Of the running gateway.
            started_at: Its start, seconds since the epoch; None if unknown.
            config: As it is now.
            release: Of the running gateway.
        """
        current = self.fingerprint(config, release)
        if current is None:
            return ()
        baseline = self._baseline(key, started_at, current)
        if baseline is not None:
            return changes(baseline, current)
        return () if config.hot_reload else (text(_NEWER),)

    def fingerprint(self, config: GatewayConfig, release: Release) -> Fingerprint | None:
        """What ``note_reloaded`` wants, taken before the reload."""
        if self._made is None or self._made[0] is not config or self._made[1] != release:
            key = self._run_records.fingerprint_key()
            self._made = config, release, fingerprint(config, release, key)
        return self._made[2]

    def note_reloaded(self, key: ProcessKey, taken_over: Fingerprint) -> None:
        """The gateway has taken over a config, all of it but its address."""
        before = self._known(key)
        after = taken_over if before is None else reloaded(before, taken_over)
        # What the environment of the gateway or of the next start fixes is not the file's.
        is_fixed = self._forced_level(key) or self._config.is_log_level_forced
        if is_fixed and before is not None and "log_level" in before:
            after = {**after, "log_level": before["log_level"]}
        if self._record_of(key) is not None:
            self._run_records.write_reloaded(key, after)
        else:
            self._foreign = key, after

    def model(self, key: ProcessKey) -> str:
        """The default model it runs with; empty if unknown, or if it has none."""
        return (self._known(key) or {}).get("default_model", "")

    def log_level(
        self, key: ProcessKey, config: GatewayConfig | ConfigError, *, is_current: bool
    ) -> str:
        """The level at which it writes its log; empty if that cannot be told.

        Args:
            key: Of the running gateway.
            config: As it is now.
            is_current: The gateway runs with that config.
        """
        forced = self._forced_level(key)
        if forced:
            return forced
        record = self._record_of(key)
        follows = record is not None and (record.fingerprint or {}).get("hot_reload") == "on"
        if record is not None and (forced is None or not follows):
            return record.log_level
        if forced is None or not is_current:
            return ""
        if not isinstance(config, GatewayConfig) or config.default_model is None:
            return ""
        return config.level_of_file  # our setting and our environment are not its own

    def _forced_level(self, key: ProcessKey) -> str | None:
        """It stays the same as long as the gateway lives."""
        if self._forced is None or self._forced[0] != key:
            level = processes.forced_log_level(key)
            if level is None:
                return None
            self._forced = key, level
        return self._forced[1]

    def _record_of(self, key: ProcessKey) -> RunRecord | None:
        record = self._run_records.read()
        return record if record is not None and record.key == key else None

    def _known(self, key: ProcessKey) -> Fingerprint | None:
        record = self._record_of(key)
        if record is not None and record.fingerprint is not None:
            return record.fingerprint
        return self._foreign[1] if self._foreign is not None and self._foreign[0] == key else None

    def _baseline(
        self, key: ProcessKey, started_at: float | None, current: Fingerprint
    ) -> Fingerprint | None:
        known = self._known(key)
        if known is not None:
            return known
        if self._foreign is None or self._foreign[0] != key:
            self._foreign = key, None if self._is_newer(started_at) else current
        return self._foreign[1]

    def _is_newer(self, started_at: float | None) -> bool:
        changed_at = self._config.changed_at()
        if started_at is None or changed_at is None:
            return False
        return changed_at > started_at + STARTING_S
