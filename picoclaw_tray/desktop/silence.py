"""Explains a log that is silent because of the gateway's level, and offers another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from picoclaw_tray.desktop.translation import rendered
from picoclaw_tray.lifecycle.state import Running
from picoclaw_tray.logs.entry import Level
from picoclaw_tray.presentation.log_level import after_restart, level_to_come, silence
from picoclaw_tray.presentation.situation import Situation
from picoclaw_tray.presentation.tray import Wish

if TYPE_CHECKING:
    from picoclaw_tray.desktop.silence_strip import SilenceStrip
    from picoclaw_tray.lifecycle.state import ProcessKey
    from picoclaw_tray.settings import Settings


class Silence(QObject):
    """Decides what the strip says.

    Signals:
        setting_wished(str, object): The log level is to be this, from the next start on.
        wished(Wish): The gateway is to be restarted.
    """

    setting_wished = Signal(str, object)
    wished = Signal(Wish)

    def __init__(self, strip: SilenceStrip, situation: Situation, settings: Settings) -> None:
        super().__init__(strip)
        self._strip = strip
        self._situation = situation
        self._set = settings.log_level.strip().lower()
        self._looked_for: Level | None = None
        self._chosen = ""
        self._dismissed = ""
        strip.level_chosen.connect(self._on_level_chosen)
        strip.restart_wished.connect(self._on_restart_wished)
        strip.dismissed.connect(self._on_dismissed)

    @Slot(Situation)
    def on_situation(self, situation: Situation) -> None:
        """The gateway, or what is known of it, is another one."""
        if _key_of(situation) != _key_of(self._situation):
            self._chosen = ""  # that was for the one before
        self._situation = situation
        self._tell()

    @Slot(object)
    def on_looked_for(self, level: object) -> None:
        """The person wants to see this level and above; none: all."""
        self._looked_for = level if isinstance(level, Level) else None
        self._dismissed = ""
        self._tell()

    def _tell(self) -> None:
        situation = self._situation
        level = level_to_come(situation, self._chosen)
        sentence = self._sentence(level)
        self._strip.show_silence("" if sentence == self._dismissed else sentence)
        self._strip.show_level(level or self._set or situation.facts.log_level)
        process = situation.state.process
        is_managed = process is not None and process.managed
        self._strip.offer_restart("" if is_managed else level)
        self._strip.set_restart_enabled(isinstance(situation.state.phase, Running))

    def _sentence(self, level: str) -> str:
        situation = self._situation
        told = after_restart(situation, level) if level else silence(situation, self._looked_for)
        return rendered(told) if told else ""

    @Slot(str)
    def _on_level_chosen(self, level: str) -> None:
        self._chosen = self._set = level
        self._dismissed = ""
        self.setting_wished.emit("log_level", level)
        self._tell()

    @Slot()
    def _on_restart_wished(self) -> None:
        self.wished.emit(Wish.RESTART)

    @Slot()
    def _on_dismissed(self) -> None:
        self._dismissed = self._sentence(level_to_come(self._situation, self._chosen))
        self._tell()


def _key_of(situation: Situation) -> ProcessKey | None:
    process = situation.state.process
    return None if process is None else process.key
