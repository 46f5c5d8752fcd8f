from __future__ import annotations

import pytest

from picoclaw_tray.logs.entry import Source
from picoclaw_tray.logs.marks import MarkKind, RunMark
from picoclaw_tray.presentation.run_marks import mark_text
from tests.presentation.samples import said

TIME = "2026-04-24T16:50:19+08:00"


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (RunMark(MarkKind.STARTED, TIME, run=12, pid=4711), "Run 12 started (PID 4711)"),
        (RunMark(MarkKind.STARTED, TIME, run=12), "Run 12 started"),
        (RunMark(MarkKind.STARTED, TIME), "Gateway started"),
        (RunMark(MarkKind.RESTARTED, TIME, 13, 4712), "Run 13 started by a restart (PID 4712)"),
        (RunMark(MarkKind.FOUND, TIME, pid=4713), "Gateway found running (PID 4713)"),
        (RunMark(MarkKind.FOUND, TIME, 12, 4713), "Run 12 found running (PID 4713)"),
        (RunMark(MarkKind.ENDED, TIME, 12, 4711, exit_code=1), "Run 12 ended with exit code 1"),
        (RunMark(MarkKind.ENDED, TIME, 12, 4711, exit_code=0), "Run 12 ended with exit code 0"),
        (RunMark(MarkKind.ENDED, TIME, 12, 4711, exit_code=-9), "Run 12 ended by SIGKILL"),
        (RunMark(MarkKind.ENDED, TIME, pid=4711), "Gateway ended"),
        (RunMark(MarkKind.SOURCE, TIME, source=Source.PANIC_FILE), "From gateway_panic.log"),
        (RunMark(MarkKind.SOURCE, TIME), "From another place"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_mark_is_said_as_a_heading(mark, words):
    assert said(mark_text(mark)) == words
