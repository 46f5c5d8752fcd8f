"""Asks a running gateway to take over its config, and finds out whether it did.

For the watch lane only: it imports requests.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final

from picoclaw_tray.gateway.config_error import ConfigError
from picoclaw_tray.gateway.health import probe_addresses, reload_url
from picoclaw_tray.gateway.pid_file import MAX_PID_FILE_BYTES, PidRecord, parse_pid_file
from picoclaw_tray.gateway.release import release_of
from picoclaw_tray.gateway.reload import MAX_ANSWER_BYTES, reload_complaint, reload_problem
from picoclaw_tray.presentation import obstacles
from picoclaw_tray.presentation.reload import ReloadAnswer, ReloadStage
from picoclaw_tray.system import health_probe, processes, punctual_http
from picoclaw_tray.system.files import open_regular, read_bounded
from picoclaw_tray.text import QT_TRANSLATE_NOOP, text

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.state import Process
    from picoclaw_tray.system.baselines import Baselines
    from picoclaw_tray.system.config_files import ConfigFiles
    from picoclaw_tray.system.paths import GatewayPlace

log = logging.getLogger(__name__)

_SILENT = QT_TRANSLATE_NOOP(
    "Reload", "The gateway does not answer, so it was not asked to take over its configuration."
)
_NO_TOKEN = QT_TRANSLATE_NOOP(
    "Reload",
    "The gateway's PID file is missing or names another process, so it cannot be asked to take over"
    " its configuration. Restart it instead.",
)

_BROKEN = QT_TRANSLATE_NOOP("Reload", "The configuration was not taken over. {reason}")

LIMIT_S: Final = 1.0
LOG_LIMIT: Final = 256 * 1024
_UNREACHABLE = (OSError, ValueError, OverflowError)


class Reloader:
    """Works in one lane."""

    def __init__(self, place: GatewayPlace, config: ConfigFiles, baselines: Baselines) -> None:
        self._place = place
        self._config = config
        self._baselines = baselines

    def ask(self, process: Process) -> ReloadAnswer:
        """Asks once, within a second. A config that cannot be read is not worth asking for."""
        record = self._record()
        if record is None or record.pid != process.key.pid or not processes.is_alive(process.key):
            return ReloadAnswer(ReloadStage.FAILED, process.key, text(_NO_TOKEN))
        release = release_of(record.version)
        config = self._config.read(release)
        if isinstance(config, ConfigError):
            return self._broken(process, config)
        taken_over = self._baselines.fingerprint(config, release)
        log_offset = self._log_size()
        deadline = time.monotonic() + LIMIT_S
        address = _address_of(record, deadline)
        if address is None:
            return ReloadAnswer(ReloadStage.FAILED, process.key, text(_SILENT))
        status = _post(record, address, deadline)
        if status is None:  # it may have begun all the same
            return ReloadAnswer(ReloadStage.FAILED, process.key)
        problem = reload_problem(status)
        if problem is not None:
            return ReloadAnswer(ReloadStage.FAILED, process.key, problem)
        log.info("the gateway takes over its configuration")
        return ReloadAnswer(
            ReloadStage.ACCEPTED, process.key, fingerprint=taken_over, log_offset=log_offset
        )

    def judge(self, accepted: ReloadAnswer) -> ReloadAnswer:
        """Whether ``gateway.log`` has a complaint that came after the request."""
        complaint = reload_complaint(self._log_lines(accepted.log_offset))
        if complaint:
            return accepted.failed(complaint)
        return accepted.done()

    def note(self, accepted: ReloadAnswer) -> None:
        """The gateway runs with the config that was read just before it was asked."""
        if accepted.key is not None and accepted.fingerprint is not None:
            self._baselines.note_reloaded(accepted.key, accepted.fingerprint)

    def _record(self) -> PidRecord | None:
        try:
            return parse_pid_file(read_bounded(self._place.pid_file, MAX_PID_FILE_BYTES + 1))
        except OSError:
            return None

    def _broken(self, process: Process, error: ConfigError) -> ReloadAnswer:
        place = self._config.place_of(error)
        next_step = obstacles.config_file(place) if place else None
        return ReloadAnswer(
            ReloadStage.FAILED,
            process.key,
            text(_BROKEN, reason=error.explanation),
            next_step=next_step,
        )

    def _log_size(self) -> int:
        try:
            return self._place.log.stat().st_size
        except OSError:
            return 0

    def _log_lines(self, offset: int) -> list[str]:
        try:
            with open_regular(self._place.log) as file:
                file.seek(offset)
                return file.read(LOG_LIMIT).decode("utf-8", "replace").split("\n")
        except OSError:
            return []


def _address_of(record: PidRecord, deadline: float) -> str | None:
    """Where the gateway answers; None if it does not in time.

    Another program may listen on the other loopback: the token is for the gateway alone. It may be
    silent, so each address gets its share of the time.
    """
    pids = {record.pid} if release_of(record.version).says_pid else {record.pid, None}
    addresses = probe_addresses(record.host)
    for position, address in enumerate(addresses):
        now = time.monotonic()
        share_s = (deadline - now) / (len(addresses) - position)
        answer = health_probe.ask(address, record.port, now + share_s).answer
        if answer is not None and answer.pid in pids:
            return address
    return None


def _post(record: PidRecord, address: str, deadline: float) -> int | None:
    """The status of the answer; None if there is none in time."""
    headers = {"Authorization": f"Bearer {record.token}"}
    try:
        with punctual_http.connect(address, record.port, deadline) as connected:
            url = reload_url(address, record.port)
            status, _ = punctual_http.post(connected, url, MAX_ANSWER_BYTES, headers)
            return status
    except _UNREACHABLE:
        return None
