from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.gateway.service import Service, ServiceManager
from picoclaw_tray.lifecycle.messages import Notice, NoticeKind
from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failed,
    Failure,
    Health,
    Locating,
    Preparing,
    Process,
    ProcessKey,
    Replanning,
    Rest,
    Running,
    Spawning,
    Starting,
    State,
    Stopped,
    Stopping,
    StopReason,
)
from picoclaw_tray.presentation import outcome as outcomes
from picoclaw_tray.presentation.outcome import refusal, taken_on
from picoclaw_tray.presentation.reload import ReloadAnswer, ReloadStage
from picoclaw_tray.presentation.situation import Facts
from picoclaw_tray.remote import Answer, ExitCode, Request, Verb
from tests.presentation.samples import (
    BY_USER,
    FAILURE,
    FOREIGN,
    NOW,
    OURS,
    QUIT,
    REASON,
    situation,
)
from tests.presentation.samples import (
    refusal as refused_restart,
)

START, STOP, RESTART = Request(Verb.START), Request(Verb.STOP), Request(Verb.RESTART)
RELOAD, LEAVE = Request(Verb.RELOAD), Request(Verb.QUIT, leave=True)
SUCCESSOR = Process(ProcessKey(4712, "d"), ours=True, watched=True)
LOCATING = Locating(by_user=True, anyway=False, deadline=NOW)
PREPARING = Preparing(by_user=True, anyway=False, deadline=NOW)
REPLANNING = Running(OURS, replanning=Replanning(anyway=False, deadline=NOW))
WAITING = Backoff(NOW, 1, counted=False, anyway=False)
CRASHED = Backoff(NOW, 1, counted=True, anyway=False)
RUNS = Answer(ExitCode.DONE, {"status": "ok", "pid": 4711}, ("The gateway runs (PID 4711).",))
RUNS_AGAIN = Answer(ExitCode.DONE, {"status": "ok", "pid": 4712}, ("The gateway runs (PID 4712).",))
HAS_STOPPED = Answer(
    ExitCode.DONE, {"status": "ok", "pid": 4711}, ("The gateway has stopped (PID 4711).",)
)
NOT_RUNNING = Answer(ExitCode.DONE, {"status": "not_running"}, ("No gateway was running.",))
NOT_READY = Failure("not_ready", REASON, detail="no default model configured", passable=True)


def outcome(request, asked, before, now):
    return outcomes.outcome(request, asked, before, now)


def after(request, *phases, failure=None):
    """The outcome of a wish made in the first of these phases, once the last one is reached."""
    asked, *steps = (situation(phase, failure) for phase in phases)
    before = asked
    for step in steps[:-1]:
        assert outcome(request, asked, before, step) is None
        before = step
    return outcome(request, asked, before, steps[-1])


def failing(answer):
    """The message, of an answer that is an error."""
    assert answer.exit_code is ExitCode.FAILED
    assert answer.payload["status"] == "error"
    assert answer.lines[0] == answer.payload["message"]
    return answer.payload["message"]


class TestStart:
    def test_ends_when_the_gateway_runs(self):
        starting = Starting(OURS, NOW)

        answer = after(
            START, Stopped(), LOCATING, PREPARING, Spawning(False), starting, Running(OURS)
        )

        assert answer == RUNS

    def test_of_a_gateway_that_runs_is_done_at_once(self):
        assert after(START, Running(OURS), Running(OURS)) == RUNS

    def test_waits_for_one_that_crashes_and_is_tried_again(self):
        starting = Starting(OURS, NOW)

        answer = after(START, Stopped(), starting, CRASHED, LOCATING, PREPARING, Running(SUCCESSOR))

        assert answer == RUNS_AGAIN

    def test_that_is_refused_is_not_ready_in_the_words_of_picoclaw(self):
        answer = after(START, Stopped(), PREPARING, Failed(gave_up=False), failure=NOT_READY)

        assert answer == Answer(
            ExitCode.NOT_READY,
            {"status": "precondition_failed", "message": "no default model configured"},
            ("The disk is full.", "With --anyway it is started all the same."),
        )

    def test_that_waits_for_something_is_refused_at_once_too(self):
        answer = after(START, Stopped(), PREPARING, WAITING, failure=FAILURE)

        assert answer.exit_code is ExitCode.NOT_READY
        assert answer.payload["message"] == "The disk is full."
        assert answer.lines == ("The disk is full.", "Tidy up.", "The tray goes on trying.")

    def test_is_refused_where_somebody_else_has_the_port(self):
        taken = Failure("port_taken", REASON)

        answer = after(START, Stopped(), LOCATING, CRASHED, failure=taken)

        assert (answer.exit_code, answer.payload["status"]) == (4, "error")
        assert answer.lines[1].startswith("Stop that program, or set another gateway.port")

    def test_waits_where_a_look_took_too_long(self):
        too_long = Failure("unknown", detail="could not look")

        assert after(START, Stopped(), LOCATING, CRASHED, failure=too_long) is None

    def test_fails_for_good_with_the_reason(self):
        answer = after(START, Stopped(), CRASHED, Failed(gave_up=True), failure=FAILURE)

        assert failing(answer) == "The disk is full."
        assert answer.lines == ("The disk is full.", "Tidy up.")

    def test_waits_for_the_reason_of_a_failure(self):
        crash = Failure("unknown", exit_code=1)

        assert after(START, Stopped(), CRASHED, Failed(gave_up=True), failure=crash) is None

    def test_fails_without_a_next_step_too(self):
        answer = after(
            START, Stopped(), CRASHED, Failed(gave_up=True), failure=Failure("unknown", REASON)
        )

        assert answer.lines == ("The disk is full.",)

    def test_fails_when_somebody_stops_the_gateway(self):
        stopping = Stopping(OURS, Rest(), NOW)

        answer = after(START, Stopped(), Starting(OURS, NOW), stopping, Stopped())

        assert failing(answer) == "Somebody stopped the gateway meanwhile."

    def test_fails_when_it_ends_in_good_order_before_it_runs(self):
        ended = Stopped(StopReason.FROM_OUTSIDE)

        answer = after(START, Stopped(), Starting(OURS, NOW), ended)

        assert failing(answer).startswith("The gateway ended before it was ready, in good order")
        assert answer.lines[1] == "Look at its last lines: picoclaw-trayctl show"

    @pytest.mark.parametrize("request_", [START, RESTART], ids=["start", "restart"])
    def test_fails_when_the_tray_quits(self, request_):
        stopping = Stopping(OURS, QUIT, NOW)

        answer = after(request_, Stopped(), Starting(OURS, NOW), stopping)

        assert failing(answer) == "The tray is quitting."


class TestRestart:
    def test_ends_when_another_gateway_runs(self):
        stopping = Stopping(OURS, BY_USER, NOW)

        answer = after(RESTART, Running(OURS), REPLANNING, stopping, LOCATING, Running(SUCCESSOR))

        assert answer == RUNS_AGAIN

    def test_of_a_gateway_that_is_coming_up_ends_when_it_runs(self):
        assert after(RESTART, Starting(OURS, NOW), Running(OURS)) == RUNS

    def test_of_a_slow_start_waits_for_another_one(self):
        slow = Starting(OURS, NOW, slow=True)

        answer = after(RESTART, slow, Stopping(OURS, BY_USER, NOW), Running(OURS))

        assert answer is None

    def test_without_a_gateway_starts_one(self):
        assert after(RESTART, Stopped(), LOCATING, Running(OURS)) == RUNS

    def test_that_is_refused_is_not_ready(self):
        asked, running = situation(Running(OURS)), situation(REPLANNING)
        refused = replace(situation(Running(OURS)), notice=refused_restart(NOT_READY))

        answer = outcome(RESTART, asked, running, refused)

        assert answer.exit_code is ExitCode.NOT_READY
        assert answer.payload["message"] == "no default model configured"
        assert answer.lines[-1] == f"The gateway that runs is left as it is (PID {OURS.key.pid})."

    @pytest.mark.parametrize(
        ("kind", "message"),
        [
            (NoticeKind.RESTART_NOT_CHECKED, "Not restarted, because checking"),
            (NoticeKind.NO_PERMISSION, "belongs to another user"),
        ],
    )
    def test_that_came_to_nothing_says_why(self, kind, message):
        asked = situation(Running(OURS))
        noticed = replace(asked, notice=Notice(kind))

        assert message in failing(outcome(RESTART, asked, asked, noticed))

    def test_does_not_take_an_old_notice_for_its_own(self):
        asked = replace(situation(Running(OURS)), notice=refused_restart(NOT_READY))

        assert outcome(RESTART, asked, asked, replace(asked, state=State(REPLANNING))) is None


class TestStop:
    def test_ends_when_the_gateway_is_gone(self):
        stopping = Stopping(OURS, Rest(), NOW)

        assert after(STOP, Running(OURS), stopping, Stopped(StopReason.BY_USER)) == HAS_STOPPED

    def test_is_done_where_a_successor_is_there(self):
        assert after(STOP, Running(OURS), Stopping(OURS, Rest(), NOW), Running(SUCCESSOR)) == (
            HAS_STOPPED
        )

    def test_without_a_gateway_has_nothing_to_do(self):
        assert after(STOP, Stopped(), Stopped(StopReason.BY_USER)) == NOT_RUNNING

    def test_calls_off_a_start(self):
        assert after(STOP, PREPARING, Stopped(StopReason.BY_USER)) == NOT_RUNNING

    def test_of_one_that_waits_for_its_next_attempt_calls_that_off(self):
        answer = after(STOP, CRASHED, Stopped(StopReason.BY_USER))

        assert answer.payload == {"status": "not_running"}
        assert answer.lines == ("No gateway was running; it is not tried again.",)

    def test_waits_for_a_gateway_that_is_being_made(self):
        spawning, stopping = Spawning(anyway=False, then=Rest()), Stopping(OURS, Rest(), NOW)

        assert after(STOP, spawning, spawning, stopping, Stopped()) == HAS_STOPPED

    def test_says_so_when_the_gateway_ignores_even_force(self):
        stuck = Stopping(OURS, Rest(), deadline=None, killed=True)

        answer = after(STOP, Running(OURS), Stopping(OURS, Rest(), NOW, killed=True), stuck)

        assert failing(answer) == "The gateway does not react, not even to force."

    def test_says_so_when_it_may_not(self):
        asked = situation(Running(FOREIGN))
        noticed = replace(asked, notice=Notice(NoticeKind.NO_PERMISSION))

        answer = outcome(STOP, asked, asked, noticed)

        assert "belongs to another user" in failing(answer)
        assert len(answer.lines) == 2

    def test_other_notices_are_none_of_its_business(self):
        asked = situation(Running(OURS))
        noticed = replace(asked, notice=Notice(NoticeKind.HANGS_AGAIN))

        assert outcome(STOP, asked, asked, noticed) is None


class TestManaged:
    """A service manager runs the gateway."""

    SERVICE = Service(ServiceManager.SYSTEMD_USER, "picoclaw.service", "stop it", "restart it")
    MANAGED = situation(Running(FOREIGN), facts=Facts(service=SERVICE))

    @pytest.mark.parametrize(
        ("request_", "command"),
        [(STOP, "stop it"), (RESTART, "restart it")],
        ids=["stop", "restart"],
    )
    def test_wish_is_refused_with_the_command_to_use(self, request_, command):
        message = failing(refusal(request_, self.MANAGED))

        assert "systemd" in message
        assert f"“{command}”" in message

    def test_wish_that_meets_it_too_late_is_refused_too(self):
        noticed = replace(self.MANAGED, notice=Notice(NoticeKind.MANAGED))

        assert "service manager" in failing(outcome(STOP, self.MANAGED, self.MANAGED, noticed))

    def test_without_a_gateway_nobody_is_in_the_way(self):
        assert refusal(STOP, situation(Stopped(), facts=Facts(service=self.SERVICE))) is None


class TestReload:
    RUNS = situation(Running(OURS), facts=Facts(can_reload=True))

    def test_is_refused_where_nothing_runs(self):
        answer = refusal(RELOAD, situation(Stopped()))

        assert answer is not None
        assert answer.exit_code is ExitCode.NOTHING

    def test_is_refused_where_the_gateway_cannot(self):
        assert "Restart it" in failing(refusal(RELOAD, situation(Running(OURS))))

    @pytest.mark.parametrize(
        ("stage", "expected"),
        [
            (ReloadStage.ACCEPTED, None),
            (
                ReloadStage.DONE,
                Answer(
                    ExitCode.DONE,
                    {"status": "ok", "pid": 4711},
                    ("The gateway has taken over its configuration.",),
                ),
            ),
        ],
    )
    def test_ends_when_it_is_done(self, stage, expected):
        now = replace(self.RUNS, reload=ReloadAnswer(stage, OURS.key))

        assert refusal(RELOAD, self.RUNS) is None
        assert outcome(RELOAD, self.RUNS, self.RUNS, now) == expected

    def test_says_that_it_changes_no_address_where_anything_had_changed(self):
        changed = replace(self.RUNS, facts=replace(self.RUNS.facts, changes=(REASON,)))
        now = replace(changed, reload=ReloadAnswer(ReloadStage.DONE, OURS.key))

        answer = outcome(RELOAD, changed, changed, now)

        assert answer.lines[1].startswith("A reload changes no address")

    def test_that_failed_says_why(self):
        now = replace(self.RUNS, reload=ReloadAnswer(ReloadStage.FAILED, OURS.key, REASON))

        assert failing(outcome(RELOAD, self.RUNS, self.RUNS, now)) == "The disk is full."

    def test_does_not_take_an_old_answer_for_its_own(self):
        asked = replace(self.RUNS, reload=ReloadAnswer(ReloadStage.FAILED, OURS.key, REASON))

        assert outcome(RELOAD, asked, asked, asked) is None
        assert outcome(RELOAD, asked, asked, self.RUNS) is None

    @pytest.mark.parametrize("phase", [CRASHED, Running(SUCCESSOR)], ids=["gone", "another"])
    def test_fails_when_the_gateway_ends(self, phase):
        answer = outcome(RELOAD, self.RUNS, self.RUNS, situation(phase))

        assert failing(answer) == "The gateway ended meanwhile."


class TestQuit:
    @staticmethod
    def ended(reason):
        return replace(situation(Stopped(reason)), state=State(Stopped(reason), ended=True))

    def test_waits_for_the_gateway(self):
        assert after(Request(Verb.QUIT), Running(OURS), Stopping(OURS, QUIT, NOW)) is None

    @pytest.mark.parametrize(
        ("phase", "reason", "gateway"),
        [
            (Running(FOREIGN), StopReason.LEFT_ALONE, "left_running"),
            (Running(OURS), StopReason.QUIT, "stopped"),
            (Stopped(), StopReason.QUIT, "not_running"),
        ],
    )
    def test_says_what_became_of_the_gateway(self, phase, reason, gateway):
        asked = situation(phase)

        answer = outcome(Request(Verb.QUIT), asked, asked, self.ended(reason))

        assert answer.exit_code is ExitCode.DONE
        assert answer.payload == {"status": "ok", "gateway": gateway}
        assert len(answer.lines) == 1

    def test_is_refused_where_the_gateway_that_is_to_be_left_would_end_too(self):
        answer = refusal(LEAVE, situation(Running(OURS)))

        assert answer is not None
        assert failing(answer).startswith("The gateway cannot be left running")
        assert answer.lines[1] == "To stop both: picoclaw-trayctl quit"

    @pytest.mark.parametrize(
        "process", [FOREIGN, replace(OURS, outlives=True)], ids=["attached", "outlives us"]
    )
    def test_is_granted_where_the_gateway_can_be_left(self, process):
        assert refusal(LEAVE, situation(Running(process))) is None
        assert refusal(LEAVE, situation(Stopped())) is None

    @pytest.mark.parametrize(
        "request_", [START, RESTART, RELOAD, Request(Verb.SHOW)], ids=lambda r: r.verb.value
    )
    def test_refuses_new_wishes(self, request_):
        quitting = situation(Stopping(OURS, QUIT, NOW))

        assert failing(refusal(request_, quitting)) == "The tray is quitting."
        assert refusal(STOP, quitting) is None


@pytest.mark.parametrize("verb", [Verb.STATUS, Verb.SHOW])
def test_question_has_no_outcome(verb):
    asked = situation(Running(OURS, Health.FAILING))

    assert outcome(Request(verb), asked, asked, asked) is None


def test_who_does_not_wait_hears_that_it_was_taken_on():
    assert taken_on(situation(Running(OURS))).payload == {"status": "ok", "pid": 4711}
    assert taken_on(situation(LOCATING)).payload == {"status": "ok"}
