"""Answers from files, processes and the gateway itself where no tray runs.

The life cycle decides here too: an effect is carried out at once, and its answer is the next event.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from picoclaw_tray.lifecycle.messages import (
    Effect,
    Event,
    Finding,
    Foreign,
    Forget,
    Found,
    Kill,
    KillRequested,
    Nothing,
    Notice,
    Nudged,
    Observe,
    Observed,
    StopRequested,
    Terminate,
    Tick,
)
from picoclaw_tray.lifecycle.policy import Policy
from picoclaw_tray.lifecycle.state import State
from picoclaw_tray.lifecycle.timing import wakeup_at
from picoclaw_tray.lifecycle.transition import transition
from picoclaw_tray.presentation.machine import TrayIdentity, status_payload
from picoclaw_tray.presentation.obstacles import obstructed
from picoclaw_tray.presentation.outcome import outcome, refusal, taken_on
from picoclaw_tray.presentation.report import report
from picoclaw_tray.presentation.situation import Outlook, Situation, Surroundings
from picoclaw_tray.remote import Answer, ExitCode, Request, error_answer

if TYPE_CHECKING:
    from picoclaw_tray.system.crew import Crew
    from picoclaw_tray.system.launch_site import LaunchSite
    from picoclaw_tray.system.observation import Observation

STATUS_LIMIT_S: Final = 1.8
"""What is not known by then is unknown: with the interpreter's own start it has to be 2.5 s."""

REST_LIMIT_S: Final = 1.5
"""The same, if a tray has been waited for; a gateway that hangs too is known after 1.2 s."""

_SILENT = "The tray does not answer; this was found out without it."
_NOT_IN_TIME = "The gateway has not stopped in time; it was asked to."
_ASKED = "The gateway was asked to stop; nobody watches whether it does."
_UNKNOWN = "Whether a gateway runs could not be found out in time."

_News: TypeAlias = "Observation | Outlook | None"


def status(site: LaunchSite, *, limit_s: float, silent_tray: int | None = None) -> Answer:
    """How the gateway is, as far as it can be found out in time.

    Args:
        site: Where to look.
        limit_s: How long; the answer never takes longer than ``STATUS_LIMIT_S``.
        silent_tray: The PID of a tray that runs and has been waited for in vain.
    """
    longest = REST_LIMIT_S if silent_tray else STATUS_LIMIT_S
    situation = _found_out(site, min(limit_s, longest), silent_tray)
    if situation is None:
        return error_answer(_UNKNOWN)
    now = time.monotonic()
    tray = TrayIdentity(silent_tray, None) if silent_tray else None
    payload = status_payload(situation, now, tray)
    lines = report(situation, now, from_tray=tray is not None)
    return Answer(ExitCode.DONE, payload, (*lines, _SILENT) if tray else lines)


def _found_out(site: LaunchSite, limit_s: float, silent_tray: int | None) -> Situation | None:
    """What a look brings; none if it brought nothing in time."""
    found: queue.SimpleQueue[_News] = queue.SimpleQueue()
    arguments = (site, found, silent_tray)
    # A thread that is late ends with the process: a slow program, or a home on a slow network.
    threading.Thread(target=_look, args=arguments, name="look", daemon=True).start()
    situation, port_owner = None, None
    deadline = time.monotonic() + limit_s
    while True:
        try:
            news = found.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            return situation
        if news is None:
            return situation
        if situation is None:
            situation = Situation(_surroundings(site))
        if isinstance(news, Outlook):
            situation = replace(situation, outlook=obstructed(news, port_owner))
        else:
            port_owner = news.finding.owner if isinstance(news.finding, Foreign) else None
            situation = replace(situation, state=_state_of(news.finding), facts=news.facts)


def _state_of(finding: Finding) -> State:
    """As the life cycle sees it at first sight."""
    seen = finding if isinstance(finding, Found) else Nothing()
    state, _ = transition(State(), Observed(time.monotonic(), 0, seen), Policy())
    return state


def stop(site: LaunchSite, request: Request, *, limit_s: float) -> Answer:
    """Stops the gateway that runs, if it is one of this home, and waits for its end."""
    from picoclaw_tray.system.crew import assemble  # noqa: PLC0415 - takes a tenth of a second

    deadline = time.monotonic() + limit_s
    supervision = _Supervision(assemble(site), _surroundings(site))
    supervision.handle(Nudged(time.monotonic()))
    asked = supervision.situation
    refused = refusal(request, asked)
    if refused is not None:
        return refused
    wish = KillRequested if request.force else StopRequested
    before = asked
    supervision.handle(wish(time.monotonic()))
    while True:
        answer = outcome(request, asked, before, supervision.situation)
        if answer is not None:
            supervision.tidy_up()
            return answer
        if not request.wait:
            return replace(taken_on(supervision.situation), lines=(_ASKED,))
        if time.monotonic() > deadline:
            return error_answer(_NOT_IN_TIME)
        before = supervision.situation
        supervision.wait(deadline)


class _Supervision:
    """Does what a controller does, for as long as one wish takes."""

    def __init__(self, crew: Crew, surroundings: Surroundings) -> None:
        self._crew = crew
        self._policy = Policy()
        self._tidied: list[Forget] = []
        self.situation = Situation(surroundings)

    def handle(self, event: Event) -> None:
        """Takes an event and all that follows from it at once."""
        inbox = deque([event])
        while inbox:
            state, effects = transition(self.situation.state, inbox.popleft(), self._policy)
            self.situation = replace(self.situation, state=state)
            for effect in effects:
                inbox.extend(self._perform(effect))

    def wait(self, deadline: float) -> None:
        """Until something is due."""
        due = wakeup_at(self.situation.state)
        at = deadline if due is None else min(due, deadline)
        time.sleep(max(0.01, at - time.monotonic()))
        self.handle(Tick(time.monotonic()))

    def tidy_up(self) -> None:
        """Removes the PID file that the gateway left behind."""
        for effect in self._tidied:
            self._crew.observer.forget(effect.pid)

    def _perform(self, effect: Effect) -> tuple[Event, ...]:
        match effect:
            case Observe():
                return (self._observe(effect),)
            case Terminate() | Kill():
                from picoclaw_tray.system import signaller  # noqa: PLC0415 - imports psutil

                return (signaller.carry_out(effect),)
            case Forget():
                self._tidied.append(effect)
            case Notice():
                self.situation = replace(self.situation, notice=effect)
            case _:
                pass  # nothing is started, diagnosed or quit here
        return ()

    def _observe(self, effect: Observe) -> Event:
        seen = self._crew.observer.observe(effect.target, effect.tree)
        before, facts = self.situation.facts, seen.facts
        facts = replace(
            facts, origin=facts.origin or before.origin, service=facts.service or before.service
        )
        self.situation = replace(self.situation, facts=facts)
        return Observed(time.monotonic(), effect.epoch, seen.finding, seen.survivors)


def _look(site: LaunchSite, found: queue.SimpleQueue[_News], silent_tray: int | None) -> None:
    """Puts what it finds into the queue as it comes, and none when there is no more."""
    from picoclaw_tray.system.crew import assemble  # noqa: PLC0415 - as above

    try:
        crew = assemble(site, silent_tray=silent_tray)
        found.put(crew.observer.observe(None))
        found.put(crew.preflight.check(fresh=False).outlook)
    finally:
        found.put(None)


def _surroundings(site: LaunchSite) -> Surroundings:
    return Surroundings(
        str(site.place.home),
        str(site.place.config),
        settings_problem=site.settings_problem,
    )
