"""Start at login, asked of the system each time and changed on demand; both in the watch lane."""

from __future__ import annotations

import sys
import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from picoclaw_tray.desktop import jobs
from picoclaw_tray.desktop.lane import Job
from picoclaw_tray.presentation.autostart import LoginStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from picoclaw_tray.system.autostart import Action
    from picoclaw_tray.system.autostart.entry import LoginEntry


GLANCE_S = 300.0
"""The longest that a menu may show what the desktop's own settings have changed."""


class LoginItem(QObject):
    """Asks whenever somebody may look, and tells what is new; nothing is decided by an old answer.

    Signals:
        job_raised(Job): To be carried out in the watch lane; the answer goes to ``on_answer``.
        changed(LoginStatus): The system answers something else than before, or a change was tried.
    """

    job_raised = Signal(Job)
    changed = Signal(LoginStatus)

    def __init__(self, entry: Callable[[], LoginEntry], parent: QObject | None = None) -> None:
        """Asks nothing yet.

        Args:
            entry: Finds the entry of this system; called in the lane.
            parent: Its owner.
        """
        super().__init__(parent)
        self._entry = entry
        self._under_way: deque[Action] = deque()  # answers come in this order
        self._told: LoginStatus | None = None
        self._asked_at = float("-inf")

    @Slot()
    def ask(self) -> None:
        """How is it now?"""
        if not self._under_way:
            self._raise("status")

    @Slot()
    def glance(self) -> None:
        """The same where it costs next to nothing, for hosts that open a menu without a word.

        Not with each look at the gateway: every question wakes the lane and then us.
        """
        if sys.platform == "linux" and time.monotonic() >= self._asked_at + GLANCE_S:
            self.ask()

    @Slot(bool)
    def set_enabled(self, enabled: bool) -> None:  # noqa: FBT001 - a slot
        """From the next login on; also repairs what is blocked or stale."""
        self._raise("enable" if enabled else "disable")

    @Slot(LoginStatus)
    def on_answer(self, answer: LoginStatus) -> None:
        """A job has answered."""
        was_asked = self._under_way.popleft() == "status"
        if was_asked and self._under_way:
            return  # older than a change that is under way
        if was_asked and self._told is not None and self._told.state is answer.state:
            answer = replace(answer, problem=self._told.problem)  # it is still to be read
        if not was_asked or answer != self._told:
            self._told = answer
            self.changed.emit(answer)

    def _raise(self, action: Action) -> None:
        self._asked_at = time.monotonic()
        self._under_way.append(action)
        self.job_raised.emit(jobs.settling_login(self._entry, action))
