from __future__ import annotations

import pytest

from picoclaw_tray.lifecycle.state import Failure
from picoclaw_tray.presentation.failure_card import failure_facts, failure_lines
from picoclaw_tray.text import QT_TRANSLATE_NOOP, text
from tests.presentation.samples import REASON, said

ENDED = text(QT_TRANSLATE_NOOP("Test", "It ended with exit code 3."))
KILLED = text(QT_TRANSLATE_NOOP("Test", "It was killed (SIGKILL)."))


@pytest.mark.parametrize(
    ("failure", "facts"),
    [
        (Failure("unknown", REASON), []),
        (Failure("unknown", REASON, exit_code=3), ["Exit code 3."]),
        (Failure("unknown", ENDED, exit_code=3), []),
        (Failure("signal", REASON, exit_code=-9), ["Ended by SIGKILL."]),
        (Failure("signal", KILLED, exit_code=-9), []),
        (Failure("port_taken", REASON, detail="in use"), ["PicoClaw says: in use"]),
        (Failure("unknown", REASON, detail="disk is full"), []),
        (
            Failure("port_taken", REASON, detail="in use", exit_code=1),
            ["Exit code 1.", "PicoClaw says: in use"],
        ),
    ],
)
def test_card_says_how_it_ended_unless_the_reason_does(failure, facts):
    assert list(map(said, failure_facts(failure))) == facts


def test_lines_of_the_panic_log_come_last_with_its_name():
    assert failure_lines(Failure("panic", evidence=("a",))) == ("a",)
    assert failure_lines(Failure("panic", evidence=("a",), panic=("p",))) == (
        "a",
        "gateway_panic.log:",
        "p",
    )
