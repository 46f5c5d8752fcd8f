"""What running gateways were started with, to tell when one is out of date (contract 7.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from picoclaw_tray.gateway.fingerprint import changes, fingerprint, reloaded
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from picoclaw_tray.gateway.config import GatewayConfig
    from picoclaw_tray.gateway.fingerprint import Fingerprint
    from picoclaw_tray.gateway.release import Release
    from picoclaw_tray.lifecycle.state import ProcessKey
    from picoclaw_tray.system.config_files import ConfigFiles
    from picoclaw_tray.system.run_record import RunRecords

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
        record = self._run_records.read()
        if record is not None and record.key == key:
            self._run_records.write_reloaded(key, after)
        else:
            self._foreign = key, after

    def model(self, key: ProcessKey) -> str:
        """The default model it runs with; empty if unknown, or if it has none."""
        return (self._known(key) or {}).get("default_model", "")

    def _known(self, key: ProcessKey) -> Fingerprint | None:
        record = self._run_records.read()
        if record is not None and record.key == key and record.fingerprint is not None:
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
