"""A steady stream of lines: our CPU time with the window open, closed, or in a bare loop.

    python -m tests.bench.programs.steady_log FOLDER SECONDS WAY

The ways are "bare", "closed" and "open". Prints the share of one processor that it took, as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QProcess
from PySide6.QtWidgets import QApplication

from tests.bench.programs.flood import LINE_BYTES, Pipeline

if TYPE_CHECKING:
    from tests.bench.programs.flood import Take

HELD = 100_000
A_BATCH = 10
BATCHES_A_SECOND = 100

STEADY = f"""
import sys, time
line = b"12:34:56 INF gateway pkg/gateway/gateway.go:7 > request handled channel=telegram"
batch = (line.ljust({LINE_BYTES - 1}, b".") + b"\\n") * {A_BATCH}
begin = time.monotonic()
for number in range(int(float(sys.argv[1]) * {BATCHES_A_SECOND})):
    sys.stdout.buffer.write(batch)
    sys.stdout.buffer.flush()
    time.sleep(max(0, begin + (number + 1) / {BATCHES_A_SECOND} - time.monotonic()))
"""


def share(seconds: float, take: Take) -> float:
    """Of one processor, while the program prints."""
    loop, process = QEventLoop(), QProcess()

    def on_readable() -> None:
        take(bytes(process.readAllStandardOutput().data()))

    process.readyReadStandardOutput.connect(on_readable)
    process.finished.connect(loop.quit)
    start, cpu = perf_counter(), process_time()
    process.start(sys.executable, ["-c", STEADY, str(seconds)])
    loop.exec()
    return (process_time() - cpu) / (perf_counter() - start)


def main() -> None:
    """One way, once."""
    folder, seconds, way = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
    _application = QApplication(sys.argv[:1])
    if way == "bare":
        found = share(seconds, lambda _chunk: None)
    else:
        pipeline = Pipeline(folder / way, HELD, window=way == "open")
        found = share(seconds, pipeline.take)
        pipeline.counted(0)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
