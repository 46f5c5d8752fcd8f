"""Looks for the gateway of one home: PID file, port, run record; adopts nothing, harms nothing."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from picoclaw_tray.gateway.config import GatewayConfig
from picoclaw_tray.gateway.config_error import ConfigError
from picoclaw_tray.gateway.health import DEFAULT_HOST, DEFAULT_PORT, HealthAnswer, probe_host
from picoclaw_tray.gateway.identity import ProcessFacts, Verdict, identify
from picoclaw_tray.gateway.pid_file import MAX_PID_FILE_BYTES, PidRecord, parse_pid_file
from picoclaw_tray.gateway.release import release_of
from picoclaw_tray.lifecycle.messages import Finding, Foreign, Found, Gone, Nothing, Stale
from picoclaw_tray.lifecycle.state import Process, ProcessKey
from picoclaw_tray.presentation.port_holder import port_taken
from picoclaw_tray.presentation.situation import Facts
from picoclaw_tray.system import health_probe, port_owner, processes
from picoclaw_tray.system.files import read_bounded
from picoclaw_tray.system.observation import Observation
from picoclaw_tray.system.origins import Origins

if TYPE_CHECKING:
    from picoclaw_tray.gateway.release import Release
    from picoclaw_tray.presentation.port_holder import PortHolder
    from picoclaw_tray.system.baselines import Baselines
    from picoclaw_tray.system.config_files import ConfigFiles
    from picoclaw_tray.system.paths import GatewayPlace
    from picoclaw_tray.system.preflight import Preflight
    from picoclaw_tray.system.run_record import RunRecords

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Scene:
    """The files as they were at the beginning of one look. ``mtime`` is the PID file's."""

    record: PidRecord | None
    mtime: float | None
    release: Release
    config: GatewayConfig | ConfigError

    def records(self, pid: int) -> bool:
        """Whether the PID file names this process."""
        return self.record is not None and self.record.pid == pid


class Observer:
    """Answers ``Observe`` and carries out ``Forget``; works in one lane.

    Without a PID file only a process that proves to be of this home is found: two homes with one
    port are common, and the other home's gateway passes every other check (contract 8.6).
    """

    def __init__(
        self,
        place: GatewayPlace,
        config: ConfigFiles,
        run_records: RunRecords,
        baselines: Baselines,
        preflight: Preflight,
    ) -> None:
        self._place = place
        self._home = str(place.home)
        self._config = config
        self._run_records = run_records
        self._baselines = baselines
        self._preflight = preflight
        self._answered_at = ""
        self._origins = Origins(run_records)

    def observe(self, target: Process | None, tree: tuple[ProcessKey, ...] = ()) -> Observation:
        """Looks; takes about three seconds at most.

        Args:
            target: While this process lives it is the finding, whatever the PID file says.
            tree: A former gateway and its descendants, whose survival is of interest.
        """
        scene = self._scene()
        holder = None
        if target is None:
            finding, holder = self._locate(scene)
        else:
            finding = self._follow(target, scene)
        if isinstance(finding, Found) and not scene.records(finding.process.key.pid):
            scene = self._scene()  # it may have written its PID file while it was asked
        survivors = processes.survivors(tree) if tree else ()
        return Observation(
            finding,
            survivors,
            replace(self._facts(finding, scene), port_owner=holder),
            self._config.stamp(),
            token=scene.record.token if scene.record else "",
            secrets=scene.config.secrets,
        )

    def forget(self, pid: int) -> None:
        """Removes the PID file if it records ``pid`` and a fresh look proves that no gateway."""
        scene = self._scene()
        if scene.record is None or not scene.records(pid):
            return
        verdict, _, _ = self._judge(scene, scene.record)
        if not verdict.may_forget or self._scene().record != scene.record:
            log.info("the PID file of %d stays: %s", pid, verdict.value)
            return
        try:
            self._place.pid_file.unlink()
        except OSError as error:
            log.warning("the PID file could not be removed: %s", error)
        else:
            log.info("removed the PID file that a gateway left behind (PID %d)", pid)

    def _scene(self) -> _Scene:
        path = self._place.pid_file
        try:
            mtime = path.stat().st_mtime
            record = parse_pid_file(read_bounded(path, MAX_PID_FILE_BYTES + 1))
        except OSError:
            mtime, record = None, None
        release = self._release(record)
        return _Scene(record, mtime, release, self._config.read(release))

    def _release(self, record: PidRecord | None) -> Release:
        """That of the gateway that runs, or else would be started: each reads in its own way."""
        last = self._run_records.read()
        if record is None:
            is_alive = last is not None and processes.is_alive(last.key)
            return release_of(last.version) if last and is_alive else self._preflight.release
        is_ours = last is not None and last.key.pid == record.pid
        return release_of(last.version if last and is_ours else record.version)

    def _follow(self, target: Process, scene: _Scene) -> Finding:
        """What became of one process."""
        pid = target.key.pid
        announced = scene.records(pid)
        if processes.is_alive(target.key):
            answer = self._ask(scene.config, scene.record if announced else None, pid)
            facts = processes.facts_of(pid, self._home)
            return _found(target, facts, answer, announced=announced)
        successor, _ = self._by_pid_file(scene)
        return successor or Gone(pid_file_left=announced)

    def _locate(self, scene: _Scene) -> tuple[Finding, PortHolder | None]:
        """Whether there is a gateway, and if not, what stands in its way: who has its port."""
        found, may_forget = self._by_pid_file(scene)
        if found is not None:
            return found, None
        answer = self._ask(scene.config)
        found = self._by_port(answer) or self._by_run_record(answer)
        if found is not None:
            return found, None
        stale = Stale(scene.record.pid) if scene.record is not None and may_forget else None
        if isinstance(scene.config, GatewayConfig):
            port = scene.config.port
            if health_probe.is_port_taken(scene.config.host, port):
                # A gateway of this home opens its port right before it writes its PID file.
                late, _ = self._by_pid_file(self._scene())
                if late is not None:
                    return late, None
                holder = port_owner.holder_of(port, answer, self._preflight.command)
                sentence = port_taken(port, holder, this_home=processes.resolved(self._home))
                return Foreign(sentence, pid_file_left=stale is not None), holder
        return stale or Nothing(), None

    def _by_pid_file(self, scene: _Scene) -> tuple[Found | None, bool]:
        """The gateway that the PID file names, and whether the file may be forgotten."""
        if scene.record is None:
            return None, False
        verdict, facts, answer = self._judge(scene, scene.record)
        if verdict is not Verdict.GATEWAY or facts is None:
            return None, verdict.may_forget
        return _found(self._process(facts), facts, answer, announced=True), False

    def _judge(
        self, scene: _Scene, record: PidRecord
    ) -> tuple[Verdict, ProcessFacts | None, HealthAnswer | None]:
        facts = processes.facts_of(record.pid, self._home)
        answer = self._ask(scene.config, record, record.pid)
        return identify(record, scene.mtime, facts, answer, self._preflight.command), facts, answer

    def _ask(
        self,
        config: GatewayConfig | ConfigError,
        record: PidRecord | None = None,
        pid: int | None = None,
    ) -> HealthAnswer | None:
        """Asks at the address of the PID file, else of the config, else the usual one (3.6)."""
        host, port = DEFAULT_HOST, DEFAULT_PORT
        if isinstance(config, GatewayConfig):
            host, port = probe_host(config.host), config.port
        if record is not None:
            host, port = record.host or host, record.port or port
        probe = health_probe.probe(host, port, pid_wanted=pid, known_at=self._answered_at)
        self._answered_at = probe.address
        return probe.answer

    def _by_port(self, answer: HealthAnswer | None) -> Found | None:
        """The gateway of this home that answers."""
        if answer is None or answer.pid is None:
            return None
        return self._proven(answer.pid, answer)

    def _by_run_record(self, answer: HealthAnswer | None) -> Found | None:
        record = self._run_records.read()
        if record is None or not processes.is_alive(record.key):
            return None
        return self._proven(record.key.pid, answer)

    def _proven(self, pid: int, answer: HealthAnswer | None) -> Found | None:
        """This process, if it proves to be a gateway of this home without a PID file."""
        facts = processes.facts_of(pid, self._home)
        verdict = identify(None, None, facts, answer, self._preflight.command)
        if verdict is not Verdict.GATEWAY or facts is None:
            return None
        return _found(self._process(facts), facts, answer, announced=False)

    def _process(self, facts: ProcessFacts) -> Process:
        key = ProcessKey(facts.pid, facts.created)
        ours = self._run_records.ours(key)
        return ours or Process(key, managed=self._origins.of(key, ours=False).service is not None)

    def _facts(self, finding: Finding, scene: _Scene) -> Facts:
        facts = Facts()
        if isinstance(scene.config, ConfigError):
            facts = replace(
                facts,
                config_problem=scene.config.reason,
                config_explanation=scene.config.explanation,
                config_place=self._config.place_of(scene.config),
            )
        else:
            facts = replace(
                facts,
                host=probe_host(scene.config.host),
                port=scene.config.port,
                default_model=scene.config.default_model or "",
            )
        if not isinstance(finding, Found):
            return facts
        key = finding.process.key
        origin = self._origins.of(key, ours=finding.process.ours)
        facts = replace(
            facts,
            started_at=time.monotonic() - finding.age,
            boot_model=self._baselines.model(key),
            can_reload=scene.records(key.pid) and scene.release.can_reload,
            origin=origin,
            service=origin.service if finding.process.managed else None,
        )
        last = self._run_records.read()
        if last is not None and last.key == key:
            problem = self._run_records.problem
            facts = replace(facts, run=last.run, version=last.version, record_problem=problem)
        if isinstance(scene.config, GatewayConfig):
            started_at = time.time() - finding.age
            changes = self._baselines.changes(key, started_at, scene.config, scene.release)
            facts = replace(facts, changes=changes)
        level = self._baselines.log_level(key, scene.config, is_current=not facts.changes)
        facts = replace(facts, log_level=level)
        if scene.record is None or not scene.records(finding.process.key.pid):
            return facts
        # What the gateway itself says: it may listen elsewhere than the config says by now.
        record = scene.record
        version = record.version or facts.version
        return replace(facts, version=version, host=record.host, port=record.port)


def _found(
    process: Process, facts: ProcessFacts | None, answer: HealthAnswer | None, *, announced: bool
) -> Found:
    # Releases before v0.2.6 do not say their PID (contract 14.3).
    answering = answer is not None and answer.pid in {None, process.key.pid}
    # The wall clock is good enough here: the age is for display and for the start-up window.
    started_at = facts.started_at if facts else None
    age = 0.0 if started_at is None else max(0.0, time.time() - started_at)
    return Found(process, answering, age, announced)
