from __future__ import annotations

import pytest

from picoclaw_tray.logs.columns import Columns, columns
from picoclaw_tray.logs.entry import Level, Source

CASES = [
    (
        "12:00:01 WRN gateway ../x/gateway.go:7 > Slow answer took=3s",
        Source.OUTPUT,
        Columns("12:00:01", Level.WARN, "gateway", "Slow answer took=3s"),
    ),
    ("12:00:01 INF x y.go:1 >", Source.OUTPUT, Columns("12:00:01", Level.INFO, "x", "")),
    ("12:00:01 ??? x y.go:1 > odd", Source.OUTPUT, Columns("12:00:01", None, "x", "odd")),
    ("  goes on", Source.OUTPUT, Columns(message="  goes on")),
    ("✓ Cron service started", Source.OUTPUT, Columns(message="✓ Cron service started")),
    (
        (
            '{"level":"error","component":"agent","b":"x y","error":"no","time":'
            '"2026-04-24T16:50:19+08:00","caller":"a.go:1","message":"Went wrong"}'
        ),
        Source.LOG_FILE,
        Columns("16:50:19", Level.ERROR, "agent", 'Went wrong b="x y" error=no'),
    ),
    (
        '{"level":"info","time":"yesterday","message":"m"}',
        Source.LOG_FILE,
        Columns("yesterday", Level.INFO, "", "m"),
    ),
    ("panic: no", Source.PANIC_FILE, Columns("", Level.PANIC, "", "panic: no")),
    (
        "12:00:01 INF x y.go:1 > not here",
        Source.PANIC_FILE,
        Columns("", Level.ERROR, "", "12:00:01 INF x y.go:1 > not here"),
    ),
]


@pytest.mark.parametrize(("line", "source", "expected"), CASES, ids=range(len(CASES)))
def test_line_in_columns(line, source, expected):
    assert columns(line, source) == expected
