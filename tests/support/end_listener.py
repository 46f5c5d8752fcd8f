"""Listens to the end of the session as the tray does, and says what it heard.

A process of its own, because Qt connects to the system bus once, where the environment says.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QCoreApplication, QObject, Slot

from picoclaw_tray.desktop.session import SessionEnd
from picoclaw_tray.desktop.system_bus import SystemBus


class Speaker(QObject):
    """Prints one word for each signal."""

    @Slot()
    def on_ending(self) -> None:
        """The session ends."""
        say("ending")

    @Slot()
    def on_resumed(self) -> None:
        """The computer is awake again."""
        say("resumed")


def say(word: str) -> None:
    """Prints it at once."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main() -> None:
    """Runs until it is ended."""
    application = QCoreApplication([])
    speaker = Speaker(application)
    session = SessionEnd(application)
    session.ending.connect(speaker.on_ending)
    session.resumed.connect(speaker.on_resumed)
    bus = SystemBus(application)
    bus.reached.connect(session.on_bus_reached)
    bus.seek()
    say("ready")
    application.exec()


if __name__ == "__main__":
    main()
