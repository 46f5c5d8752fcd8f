"""The numbers of supervision. All times in seconds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class OnQuit(StrEnum):
    """What becomes of a gateway of our own when a person quits the tray."""

    STOP = "stop"
    LEAVE = "leave"
    ASK = "ask"

    @property
    def outlives(self) -> bool:
        """Whether gateways are started so that they can be left running."""
        return self is not OnQuit.STOP


@dataclass(frozen=True, slots=True)
class Policy:
    """How patient, how curious and how stubborn the supervisor is.

    The burst was chosen first, then the window from the sustained rate that is acceptable; a window
    of hours would add up crashes that have nothing to do with each other.

    Attributes:
        start_window: A start that takes longer is called slow; it is never ended for it.
        stop_grace: From the request to end until force; the gateway's own budget is 15 s
            (contract 4.10).
        kill_grace: From force until "does not react".
        session_grace: What the end of a session leaves for a graceful stop.
        locate_limit: For looking whether a gateway runs.
        prepare_limit: For checking whether one can start.
        poll_starting: Between probes while a gateway comes up, or goes down unwatched.
        poll_steady: Between probes of a healthy gateway, or when there is none.
        poll_attentive: Between probes after a miss and while somebody is watching.
        allowed_misses: Probes in a row without answer that make a gateway "not answering".
        hang_limit: Probes in a row without answer that make it "hung".
        calm_after_sleep: No missing answer counts for so long after a sleep.
        backoff: Waits before the first, second, … attempt; the last one repeats.
        crash_burst: So many restarts within ``crash_window``; the next crash gives up.
        hang_burst: So many restarts of a hung gateway within ``hang_window``.
        restart_after_crash: Restart a gateway that ended although nobody wished it.
        restart_when_hung: Restart our own gateway when it hangs.

    Raises:
        ValueError: A window is so short that its burst could never be reached in it.
    """

    start_window: float = 15.0
    stop_grace: float = 20.0
    kill_grace: float = 3.0
    session_grace: float = 4.0
    locate_limit: float = 6.0
    prepare_limit: float = 20.0
    poll_starting: float = 0.5
    poll_steady: float = 10.0
    poll_attentive: float = 2.0
    allowed_misses: int = 3
    hang_limit: int = 15
    calm_after_sleep: float = 10.0
    backoff: tuple[float, ...] = (2.0, 4.0, 8.0, 16.0, 30.0)
    crash_burst: int = 5
    crash_window: float = 300.0
    hang_burst: int = 3
    hang_window: float = 1800.0
    restart_after_crash: bool = True
    restart_when_hung: bool = False

    def __post_init__(self) -> None:
        shortest = sum(self.delay(attempt) for attempt in range(1, self.crash_burst + 1))
        if shortest >= self.crash_window:
            raise ValueError("the crash burst could never be reached within its window")
        one_hang = self.poll_steady + (self.hang_limit - 1) * self.poll_attentive
        if self.hang_burst * one_hang >= self.hang_window:
            raise ValueError("the hang burst could never be reached within its window")

    def delay(self, attempt: int) -> float:
        """Seconds to wait before this attempt; the first one is number 1."""
        return self.backoff[min(attempt, len(self.backoff)) - 1]

    def attentive(self) -> Policy:
        """The same policy while a person looks at a window."""
        return replace(self, poll_steady=min(self.poll_steady, self.poll_attentive))
