"""What is set for this home: changed by a person, written, and in force at once."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from picoclaw_tray.lifecycle.state import Failure
from picoclaw_tray.presentation.status import reason_of
from picoclaw_tray.settings import Settings
from picoclaw_tray.text import Text

if TYPE_CHECKING:
    from picoclaw_tray.system.launch_site import LaunchSite, StartOptions

log = logging.getLogger(__name__)


class Preferences(QObject):
    """The settings, and the options of starts that follow from them.

    Signals:
        applied(Settings): These hold from now on.
        changed(str): A person has changed the one with this key.
        refused(Text): Why a change was not made.
    """

    applied = Signal(Settings)
    changed = Signal(str)
    refused = Signal(Text)

    def __init__(
        self, site: LaunchSite, options: StartOptions, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._site = site
        self._options = options

    def announce(self) -> None:
        """Tells what holds, as if it had just been applied."""
        self.applied.emit(self._options.settings)

    @Slot(str, object)
    def change(self, key: str, value: object) -> None:
        """Changes one of them; a refused change leaves all as they are."""
        from picoclaw_tray.system.settings_store import change_setting  # noqa: PLC0415

        assert isinstance(value, str | bool)
        settings = change_setting(self._site.settings_file, key, value)
        if isinstance(settings, Text):
            self.announce()  # what was just ticked is not so
            self.refused.emit(settings)
            return
        log.info("setting: %s", key)
        self._options.settings = settings
        self.announce()
        self.changed.emit(key)

    @Slot(str)
    def choose_program(self, path: str) -> None:
        """Sets the gateway's program, if it is one."""
        from picoclaw_tray.system.gateway_command import find_gateway  # noqa: PLC0415

        found = find_gateway(path, self._site.environ)
        if isinstance(found, Failure):
            self.refused.emit(reason_of(found))
        else:
            self.change("gateway", path)

    def log_more(self) -> None:
        """Gateways are started with their debug log, as long as this tray runs."""
        self._options.debug = True
