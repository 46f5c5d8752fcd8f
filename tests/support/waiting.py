"""Waiting for something outside the test process: the one place in the tests that polls."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_INTERVAL_S = 0.02

_T = TypeVar("_T")


def wait_until(predicate: Callable[[], _T | None], timeout_s: float = 10, *, what: str) -> _T:
    """Ask `predicate` again and again until its answer is true, and return that answer.

    Args:
        predicate: Is asked at least once, and once more when the time is up.
        timeout_s: Seconds; generous by default, because a busy machine is no failure.
        what: What is waited for, as the end of the sentence "Waited in vain for …".

    Raises:
        AssertionError: Names `what` and the last answer.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        is_last = time.monotonic() >= deadline
        answer = predicate()
        if answer:
            return answer
        if is_last:
            message = f"Waited in vain for {what} ({timeout_s:g} s); the last answer was {answer!r}"
            raise AssertionError(message)
        time.sleep(_INTERVAL_S)
