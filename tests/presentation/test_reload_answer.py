from __future__ import annotations

from picoclaw_tray.lifecycle.state import ProcessKey
from picoclaw_tray.presentation.reload import ReloadAnswer, ReloadStage
from tests.presentation.samples import said

KEY = ProcessKey(4711, "c")
ACCEPTED = ReloadAnswer(ReloadStage.ACCEPTED, KEY, fingerprint={"port": "1"}, log_offset=7)


def test_dropped_job_is_a_reload_that_failed_for_an_unknown_reason():
    answer = ReloadAnswer.nothing()

    assert answer == ReloadAnswer(ReloadStage.FAILED)
    assert answer.reason is None


def test_done_reload_keeps_what_it_was_asked_to_take_over():
    assert ACCEPTED.done() == ReloadAnswer(
        ReloadStage.DONE, KEY, fingerprint={"port": "1"}, log_offset=7
    )


def test_failed_reload_says_why_in_our_words_and_in_its_own():
    failed = ACCEPTED.failed("Manual reload failed: boom")

    assert (failed.stage, failed.key) == (ReloadStage.FAILED, KEY)
    assert said(failed.reason) == (
        "The gateway could not take over its configuration and keeps the old one."
    )
    assert failed.detail == "Manual reload failed: boom"


def test_secrets_in_a_complaint_are_masked():
    failed = ACCEPTED.failed('Manual reload failed: "api_key": "sk-canary0123456789abcdef"')

    assert "canary" not in failed.detail
    assert "Manual reload failed" in failed.detail


def test_fingerprint_is_not_shown():
    assert "fingerprint" not in repr(ACCEPTED)
