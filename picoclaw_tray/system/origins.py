"""Where the gateway comes from, found out once for each process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from picoclaw_tray.gateway.origin import Origin, origin_of
from picoclaw_tray.system import service_manager
from picoclaw_tray.system.process_key import key_of
from picoclaw_tray.system.processes import is_alive

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.state import ProcessKey
    from picoclaw_tray.system.run_record import RunRecords


class Origins:
    """Remembers one gateway; works in one lane."""

    def __init__(self, run_records: RunRecords) -> None:
        self._run_records = run_records
        self._key: ProcessKey | None = None
        self._origin: Origin | None = None
        self._starter: ProcessKey | None = None

    def of(self, key: ProcessKey, *, ours: bool) -> Origin:
        """The origin of this process.

        It stays so as long as the process lives, unless who started it ends before.
        """
        if ours:
            return self._run_records.origin_of(key)
        is_orphan = self._starter is not None and not is_alive(self._starter)
        if self._origin is None or self._key != key or is_orphan:
            self._origin = origin_of(service_manager.traces_of(key.pid))
            self._key, starter = key, self._origin.starter
            self._starter = None if starter is None else key_of(starter)
        return self._origin
