"""Runs a module as a program in this process, and tells what it has used when it is asked.

    python -m tests.bench.programs.counted QUESTIONS ANSWERS MODULE [ARGUMENT ...]

The first two are named pipes. For each line in the one a JSON object comes out of the other: what
``getrusage`` says of the process, with the threads that have ended already, whom ``/proc`` forgets.
The thread that waits for the question gives way once for each question.
"""

from __future__ import annotations

import json
import resource
import runpy
import sys
import threading


def main() -> None:
    """Runs the module until it ends."""
    _, questions, answers, *command = sys.argv
    threading.Thread(target=_answer, args=(questions, answers), daemon=True).start()
    sys.argv = command
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)


def _answer(questions: str, answers: str) -> None:
    with open(questions, "rb", 0) as asked, open(answers, "wb", 0) as told:  # noqa: PTH123
        while asked.readline():
            used = resource.getrusage(resource.RUSAGE_SELF)
            usage = {"switches": used.ru_nvcsw, "cpu_s": used.ru_utime + used.ru_stime}
            told.write(json.dumps(usage).encode() + b"\n")


if __name__ == "__main__":
    main()
