"""A lane: one background thread for work that may take time, in order, with every answer given."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from PySide6.QtCore import QObject, Signal

log = logging.getLogger(__name__)

Work: TypeAlias = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work.

    Attributes:
        work: Runs in the lane's thread; its result is the answer.
        otherwise: The answer when the job is dropped or ``work`` raises: whoever asked waits for
            one, and would wait for ever.
        epoch: The job is dropped once the lane has reached a later epoch; none: never dropped.
    """

    work: Work
    otherwise: object = None
    epoch: int | None = None


class Lane(QObject):
    """Runs jobs one after the other in a thread of its own, started at the first job.

    A Python thread, not a ``QThread``: coverage does not see ``QThread`` code on Python 3.11.

    Signals:
        job_done(object): The answer of a job, in the thread of this object, in order.
    """

    job_done = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._epoch = 0

    def submit(self, job: Job) -> None:
        """Queues a job; returns at once."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self.objectName(), daemon=True)
            self._thread.start()
        self._jobs.put(job)

    def reach(self, epoch: int) -> None:
        """From now on queued jobs of earlier epochs are answered without being run."""
        self._epoch = epoch

    def close(self, limit_s: float = 5.0) -> bool:
        """Runs what is queued, ends the thread and joins it; whether it ended within the limit.

        Belongs before the end of the ``QApplication``: a signal emitted afterwards would meet
        objects that are gone.
        """
        if self._thread is None:
            return True
        self._jobs.put(None)
        self._thread.join(limit_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            self.job_done.emit(self._answer(job))

    def _answer(self, job: Job) -> object:
        if job.epoch is not None and job.epoch < self._epoch:
            return job.otherwise
        try:
            return job.work()
        except Exception:  # whatever it was, the answer must not fail to come
            log.exception("a job in lane %s failed", self.objectName())
            return job.otherwise
