"""What the log's panel in the window needs of the rest: its runs, the gateway's file, a memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from picoclaw_tray.desktop.log_words import log_size, runs_in, runs_on_disk
from picoclaw_tray.desktop.remedy_actions import open_or_name
from picoclaw_tray.desktop.silence import Silence
from picoclaw_tray.desktop.window_memory import WindowMemory
from picoclaw_tray.logs.store import LogStore
from picoclaw_tray.presentation.tray import Wish
from picoclaw_tray.system.files import size_of
from picoclaw_tray.system.log_archive import ArchivedRun, archived_runs

if TYPE_CHECKING:
    from picoclaw_tray.desktop.dialogs import Dialogs
    from picoclaw_tray.desktop.gateway_log import GatewayLog
    from picoclaw_tray.desktop.log_panel import LogPanel
    from picoclaw_tray.desktop.situation_board import SituationBoard
    from picoclaw_tray.settings import Settings
    from picoclaw_tray.system.launch_site import LaunchSite


class LogDesk(QObject):
    """Connects the one panel there is.

    Signals:
        setting_wished(str, object): This setting is to have this value.
        wished(Wish): As from the menu.
    """

    setting_wished = Signal(str, object)
    wished = Signal(Wish)

    def __init__(
        self,
        log: GatewayLog,
        board: SituationBoard,
        dialogs: Dialogs,
        site: LaunchSite,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._log = log
        self._board = board
        self._dialogs = dialogs
        self._place = site.place
        self._memory = WindowMemory(site.state_folder)
        self._panel: LogPanel | None = None
        self._wanted: object = None

    def attend_to(self, panel: LogPanel, settings: Settings) -> None:
        """Serves this panel from now on; sets it as the person had left the last one."""
        self._panel = panel
        self._memory.restore(panel)
        silence = Silence(panel.silence, self._board.situation, settings)
        self._board.situation_changed.connect(silence.on_situation)
        self._board.situation_changed.connect(self._on_situation)
        silence.setting_wished.connect(self.setting_wished)
        silence.wished.connect(self.wished)
        panel.looked_for.connect(silence.on_looked_for)
        panel.hidden.connect(self._on_hidden)
        panel.clear_requested.connect(self._on_clear_requested)
        self._log.cleared.connect(self._on_runs_wished)
        panel.filter.runs_wished.connect(self._on_runs_wished)
        panel.filter.run_chosen.connect(self._on_run_chosen)
        self._log.past_run_read.connect(self._on_past_run_read)
        panel.actions_.folder_wished.connect(self._on_folder_wished)
        panel.actions_.save_failed.connect(self._on_save_failed)
        panel.actions_.lines_missed.connect(self._on_lines_missed)
        silence.on_looked_for(panel.filter.query.level)

    @Slot()
    def _on_situation(self) -> None:
        """With each look at the gateway; somebody who sees no window misses nothing."""
        if self._panel is not None and self._panel.isVisible():
            self._panel.footer.show_log_size(log_size(size_of(self._place.log)))

    @Slot()
    def _on_clear_requested(self) -> None:
        """What is shown is meant; a past run on disk is not for us to forget."""
        if self._log.model.store is self._log.store:
            self._log.clear()

    @Slot()
    def _on_runs_wished(self) -> None:
        if self._panel is not None:
            folder = self._log.archive_folder
            past = runs_on_disk(archived_runs(folder), self._log.store)
            self._panel.filter.set_runs((*runs_in(self._log.store), *past))

    @Slot(object)
    def _on_run_chosen(self, key: object) -> None:
        """A past run is read from the disk; all others are in memory."""
        self._wanted = key
        if isinstance(key, ArchivedRun):
            self._log.read_past_run(key)
        else:
            self._show(self._log.store)

    @Slot(LogStore)
    def _on_past_run_read(self, store: LogStore) -> None:
        if isinstance(self._wanted, ArchivedRun):  # they may want another one by now
            self._show(store)

    def _show(self, store: LogStore) -> None:
        """Shows these lines; a pause was for the others."""
        if self._panel is not None and self._log.model.store is not store:
            self._panel.actions_.pause.setChecked(False)
            self._panel.actions_.clear.setEnabled(store is self._log.store)
            self._log.model.set_store(store)

    @Slot()
    def _on_hidden(self) -> None:
        """A past run is not kept for nobody."""
        if self._panel is not None:
            self._memory.keep(self._panel, self._log.store.redactor)
            self._panel.filter.choose_run(None)

    @Slot()
    def _on_folder_wished(self) -> None:
        open_or_name(self._place.log.parent, self._dialogs)

    @Slot(str, str)
    def _on_save_failed(self, path: str, why: str) -> None:
        message = self.tr("The file {path} could not be written.")
        self._dialogs.show_problem(message.format(path=path), why)

    @Slot(int)
    def _on_lines_missed(self, count: int) -> None:
        message = self.tr(
            "Lines that are missing there: {count}. They had made room for newer ones."
        )
        self._dialogs.show_message(message.format(count=count))
