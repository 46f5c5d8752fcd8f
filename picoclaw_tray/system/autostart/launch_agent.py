"""Launch agents of macOS (``launchd.plist(5)``, ``launchctl(1)``).

An agent takes effect at the next login. It is never loaded or unloaded while we run: launchd would
start a second tray, or end this one. Text and parsing are pure; not tried on a Mac.
"""

from __future__ import annotations

import plistlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from xml.parsers.expat import ExpatError

from picoclaw_tray.presentation.autostart import (
    LoginState,
    LoginStatus,
    not_changed,
    unwritable,
)
from picoclaw_tray.system.autostart.entry import AutostartError, judged
from picoclaw_tray.system.files import read_bounded, write_private
from picoclaw_tray.system.windows_console import run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import TypeAlias

    from picoclaw_tray.system.windows_console import Completed

    Launchctl: TypeAlias = Callable[[Sequence[str]], Completed]

LAUNCHER_LABEL: Final = "io.picoclaw.launcher"
"""Of PicoClaw's own launcher (contract 12.1)."""

_AGENT_LIMIT = 64 * 1024
_LAUNCHCTL_LIMIT_S = 3.0
_DISABLED = re.compile(r'^\s*"(.+)" => (?:disabled|true)\s*$', re.MULTILINE)
"""``true`` is how it was written before macOS 13."""


def render_agent(label: str, command: tuple[str, ...]) -> bytes:
    """The property list of an agent.

    Raises:
        AutostartError: A word has a character that XML cannot hold.
    """
    agent = {
        "Label": label,
        "ProgramArguments": list(command),
        "RunAtLoad": True,
        # What has an icon is not throttled; nor is the gateway that it starts.
        "ProcessType": "Interactive",
    }
    try:
        return plistlib.dumps(agent)
    except ValueError as error:
        raise AutostartError(unwritable()) from error


def parse_agent(content: bytes) -> tuple[tuple[str, ...], bool] | None:
    """Command, and whether the agent itself says that it is disabled; None if it is no agent."""
    try:
        agent = plistlib.loads(content)
    except (ValueError, ExpatError, plistlib.InvalidFileException):
        return None
    if not isinstance(agent, dict):
        return None
    words = agent.get("ProgramArguments")
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        words = []
    return tuple(words), agent.get("Disabled") is True


def disabled_labels(output: str) -> frozenset[str]:
    """What ``launchctl print-disabled`` lists as switched off."""
    return frozenset(_DISABLED.findall(output))


def call_launchctl(words: Sequence[str]) -> Completed:
    """Runs it to its end."""
    return run(("launchctl", *words), limit_s=_LAUNCHCTL_LIMIT_S)


class LaunchAgent:
    """A property list in the user's folder of launch agents.

    Args:
        folder: ``~/Library/LaunchAgents``.
        label: Of the agent, and its file's name without the suffix.
        command: What it is to start.
        user_id: Whose graphical session it is.
        launchctl: Runs launchctl.
    """

    def __init__(
        self,
        folder: Path,
        label: str,
        command: tuple[str, ...],
        user_id: int,
        launchctl: Launchctl = call_launchctl,
    ) -> None:
        self._folder = folder
        self._label = label
        self._path = folder / f"{label}.plist"
        self._command = command
        self._domain = f"gui/{user_id}"
        self._launchctl = launchctl

    def status(self) -> LoginStatus:
        """Reads the property list, and asks launchd for its own switch."""
        disabled = self._disabled_labels()
        launcher = LAUNCHER_LABEL not in disabled and self._has_launcher()
        try:
            agent = parse_agent(read_bounded(self._path, _AGENT_LIMIT))
        except (FileNotFoundError, NotADirectoryError):
            return LoginStatus(LoginState.OFF, launcher=launcher)
        except OSError:
            agent = None
        command, says_disabled = agent or (None, False)
        blocked = ""
        if self._label in disabled:
            blocked = f"launchctl print-disabled {self._domain}"
        elif says_disabled:
            blocked = f"{self._path}, Disabled"
        status = judged(command, self._command, place=str(self._path), blocked=blocked)
        return replace(status, launcher=launcher)

    def enable(self) -> None:
        """Writes the property list, and switches the label on where it was switched off."""
        content = render_agent(self._label, self._command)
        try:
            write_private(self._path, content)
        except OSError as error:
            raise AutostartError(not_changed(str(self._path), _words(error))) from error
        if self._label in self._disabled_labels():
            done = self._launchctl(("enable", f"{self._domain}/{self._label}"))
            if done.code != 0:
                words = done.problem or done.output.decode(errors="replace").strip()
                raise AutostartError(not_changed("launchctl", words or str(done.code)))

    def disable(self) -> None:
        """Removes the property list."""
        try:
            self._path.unlink(missing_ok=True)
        except NotADirectoryError:
            pass
        except OSError as error:
            raise AutostartError(not_changed(str(self._path), _words(error))) from error

    def _disabled_labels(self) -> frozenset[str]:
        answer = self._launchctl(("print-disabled", self._domain))
        return disabled_labels(answer.output.decode(errors="replace"))

    def _has_launcher(self) -> bool:
        try:
            agent = parse_agent(
                read_bounded(self._folder / f"{LAUNCHER_LABEL}.plist", _AGENT_LIMIT)
            )
        except OSError:
            return False
        return agent is not None and not agent[1]


def _words(error: OSError) -> str:
    return error.strerror or str(error)
