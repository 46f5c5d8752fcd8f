"""Builds the objects of the tray and connects them; decides nothing."""

from __future__ import annotations

import logging
import time
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, assert_never

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from picoclaw_tray.desktop.actions import Actions
from picoclaw_tray.desktop.controller import GatewayController
from picoclaw_tray.desktop.farewell import Farewell
from picoclaw_tray.desktop.gateway_log import GatewayLog
from picoclaw_tray.desktop.home_watch import HomeWatch
from picoclaw_tray.desktop.icons import Icons
from picoclaw_tray.desktop.login_item import LoginItem
from picoclaw_tray.desktop.notifier import Notifier
from picoclaw_tray.desktop.preferences import Preferences
from picoclaw_tray.desktop.reload import Reload
from picoclaw_tray.desktop.session import SessionEnd, SignalWatch
from picoclaw_tray.desktop.shell_access import ShellAccess
from picoclaw_tray.desktop.shutdown_delay import ShutdownDelay
from picoclaw_tray.desktop.situation_board import SituationBoard
from picoclaw_tray.desktop.system_bus import SystemBus
from picoclaw_tray.desktop.translation import rendered
from picoclaw_tray.desktop.tray import Tray
from picoclaw_tray.lifecycle.policy import Policy
from picoclaw_tray.lifecycle.state import Running
from picoclaw_tray.presentation.notices import Announcement
from picoclaw_tray.presentation.situation import Situation, Surroundings
from picoclaw_tray.presentation.status import log_placeholder
from picoclaw_tray.presentation.text import render
from picoclaw_tray.presentation.tray import TrayView, Wish, tray_view
from picoclaw_tray.remote import Request, View
from picoclaw_tray.settings import Settings
from picoclaw_tray.system.launch_site import start_options
from picoclaw_tray.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtWidgets import QApplication

    from picoclaw_tray.desktop.dialogs import Dialogs
    from picoclaw_tray.desktop.log_access import LogAccess
    from picoclaw_tray.desktop.log_desk import LogDesk
    from picoclaw_tray.desktop.log_window import GatewayWindow
    from picoclaw_tray.desktop.remedy_actions import RemedyActions
    from picoclaw_tray.system.autostart.entry import LoginEntry
    from picoclaw_tray.system.crew import Crew
    from picoclaw_tray.system.launch_site import LaunchSite, StartOptions

log = logging.getLogger(__name__)

LAST_EVENTS_S = 0.05
POLICY = Policy()


class TrayApp(QObject):
    """The composition root: one of each, and what connects them.

    Signals:
        secret_seen(str): As ``GatewayLog.secret_seen``.
    """

    secret_seen = Signal(str)

    def __init__(
        self,
        site: LaunchSite,
        application: QApplication,
        *,
        debug: bool = False,
        sockets: Iterable[str] = (),
        logged: bool = True,
    ) -> None:
        """Shows nothing yet.

        Args:
            site: Where it works.
            application: The one there is.
            debug: Start gateways with their debug log.
            sockets: Where a shell may ask it, the best place first.
            logged: Whether its own log can be written.
        """
        super().__init__(application)
        self._site = site
        self._sockets = sockets
        self._application = application
        self._may_end = False
        surroundings = Surroundings(
            str(site.place.home),
            str(site.place.config),
            demo=site.demo is not None,
            settings_problem=site.settings_problem,
            unlogged="" if logged else str(site.log_folder),
        )
        self._log = GatewayLog(site, self)
        options = start_options(site, debug=debug)
        self._preferences = Preferences(site, options, self)
        crew = _late_crew(site, options)
        self._controller = GatewayController(
            crew, site.settings.applied_to(POLICY), self._log.recent_output, self
        )
        self._reload = Reload(crew, self)
        self._login = LoginItem(partial(_login_entry, site), self)
        self._board = SituationBoard(surroundings, self)
        self._farewell = Farewell(self._controller, self._board, self)
        self._notifier = Notifier(surroundings, self)
        self._actions = Actions(rendered, self)
        self._icons = Icons()
        self._tray = Tray(self._actions, self._icons, rendered, self)
        self._window: GatewayWindow | None = None
        self._signals = SignalWatch(self)
        self._session = SessionEnd(application)
        self._shutdown_delay = ShutdownDelay(self)
        self._system_bus = SystemBus(self)
        self._home_watch = HomeWatch(site.place, self)
        self._shell = ShellAccess(self._board, self)
        self._no_host = False
        self._connect()
        self._preferences.announce()

    def begin(self, *, start: bool) -> None:
        """Shows the icon, then looks for a gateway and, if asked, starts one."""
        if self._site.settings_problem is not None:
            log.warning("settings: %s", render(self._site.settings_problem))
        self._tray.show()
        QTimer.singleShot(0, self, partial(self._set_to_work, start=start))

    def _set_to_work(self, *, start: bool) -> None:
        """Once the icon is on its way: the imports of the lanes would hold it up."""
        if not self._shell.listen(self._sockets):
            log.warning("no place for a socket: a shell cannot ask this tray")
            self._board.on_out_of_reach()
        self._system_bus.seek()
        self._login.ask()
        if start:
            self._controller.start()
        else:
            self._controller.nudge()

    def finish(self) -> None:
        """Gives the gateway its last seconds if the event loop has ended unasked.

        It does when the X server goes before its programs; and as every further loop would end at
        once, this asks for the events itself. There is no screen any more that could freeze.
        """
        deadline = time.monotonic() + POLICY.session_grace + POLICY.kill_grace
        if not self._may_end:
            self._farewell.on_terminated()
        while not self._may_end and time.monotonic() < deadline:
            self._application.processEvents()
            time.sleep(LAST_EVENTS_S)

    def end(self) -> None:
        """After the event loop: nothing of ours is left behind."""
        self._dialogs.close()
        self._tray.close()
        self._actions.close()
        if self._window is not None:
            self._window.set_confirm_close(False)
            self._window.close()
            self._window.deleteLater()
        self._shell.close()
        self._log.close()
        self._controller.close()  # may wait for a look that is under way: nothing is shown any more
        self._signals.close()
        self._system_bus.close()
        self.deleteLater()
        from PySide6.QtCore import QEvent  # noqa: PLC0415 - its enumerations take 4 ms to make

        # The loop is over; what is left undeleted would meet an application that is gone.
        self._application.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def _connect(self) -> None:
        controller, board = self._controller, self._board
        self._log.listen_to(controller)
        self._log.secret_seen.connect(self.secret_seen)
        self._log.archive_problem_changed.connect(board.on_archive_problem)
        controller.state_changed.connect(board.on_state_changed)
        controller.observed.connect(board.on_observed)
        controller.assessed.connect(board.on_assessed)
        controller.notice_raised.connect(board.on_notice)
        controller.notice_raised.connect(self._notifier.on_notice)
        controller.quit_ready.connect(self._on_quit_ready)
        controller.observed.connect(self._home_watch.ensure)
        self._home_watch.changed.connect(controller.nudge)
        controller.state_changed.connect(self._reload.on_state_changed)
        controller.lines_received.connect(self._reload.on_lines_received)
        controller.reload_answered.connect(self._reload.on_answer)
        self._reload.job_raised.connect(controller.run_in_watch_lane)
        self._reload.changed.connect(board.on_reload_changed)
        self._reload.changed.connect(controller.nudge)
        self._login.job_raised.connect(controller.run_in_watch_lane)
        controller.login_answered.connect(self._login.on_answer)
        controller.observed.connect(self._login.glance)
        self._login.changed.connect(board.on_login_changed)
        self._actions.login_wished.connect(self._login.set_enabled)
        self._tray.menu_opening.connect(self._login.ask)
        board.situation_changed.connect(self._on_situation)
        board.situation_changed.connect(self._notifier.on_situation)
        self._notifier.announced.connect(self._on_announced)
        self._connect_what_asks_for_something()

    def _connect_what_asks_for_something(self) -> None:
        controller = self._controller
        self._actions.setting_wished.connect(self._preferences.change)
        self._preferences.applied.connect(self._on_settings_applied)
        self._preferences.changed.connect(self._on_setting_changed)
        self._preferences.refused.connect(self._on_setting_refused)
        self._actions.options.program_wished.connect(self._on_program_wished)
        self._actions.wished.connect(self._on_wished)
        self._actions.show_log.triggered.connect(self.show_window)
        self._actions.open_config.triggered.connect(self._on_open_config)
        self._actions.about.triggered.connect(self._on_about)
        self._tray.opened.connect(self.show_window)
        self._tray.host_missing.connect(self._on_host_missing)
        self._tray.host_appeared.connect(self._on_host_appeared)
        self._signals.interrupted.connect(self._farewell.on_interrupted)
        self._signals.terminated.connect(self._farewell.on_terminated)
        controller.observed.connect(self._shell.ensure)
        self._shell.wished.connect(self._on_wished)
        self._shell.quit_wished.connect(self._farewell.on_answered)
        self._shell.view_wished.connect(self._on_view_wished)
        self._shell.log_asked.connect(self._on_log_asked)
        self._session.ending.connect(self._farewell.on_session_ending)
        self._farewell.question_raised.connect(self._on_fate_asked)
        self._session.resumed.connect(controller.resume)
        self._system_bus.reached.connect(self._session.on_bus_reached)
        self._system_bus.reached.connect(self._shutdown_delay.on_bus_reached)
        controller.state_changed.connect(self._shutdown_delay.on_state_changed)

    # -- shown --------------------------------------------------------------------------------

    @Slot(Situation)
    def _on_situation(self, situation: Situation) -> None:
        view = tray_view(situation, time.monotonic())
        self._actions.show_view(view)
        self._tray.show_view(view)
        if self._window is not None:
            self._show_in(self._window, view, situation)

    def _show_in(self, window: GatewayWindow, view: TrayView, situation: Situation) -> None:
        from picoclaw_tray.desktop.window_content import window_content  # noqa: PLC0415 - as below

        window.show_presentation(
            window_content(view, situation, self._icons, no_host=self._no_host)
        )
        window.set_placeholder(rendered(log_placeholder(situation)))

    @Slot(Announcement)
    def _on_announced(self, announcement: Announcement) -> None:
        self._tray.notify(announcement)

    @Slot()
    def show_window(self) -> None:
        """Opens the window, or brings it to the front."""
        if self._window is None:
            # What only the window needs is not imported before the icon is there.
            from picoclaw_tray.desktop.log_window import GatewayWindow  # noqa: PLC0415

            self._window = GatewayWindow(self._log.model, self._actions.for_window())
            self._window.visibility_changed.connect(self._controller.set_attentive)
            self._window.visibility_changed.connect(self._log.feed.set_wanted)
            self._window.visibility_changed.connect(self._login.ask)
            self._log_desk.attend_to(self._window.panel, self._site.settings)
            self._window.close_requested.connect(self._on_close_requested)
            self._window.remedy_chosen.connect(self._remedies.carry_out)
            self._window.set_confirm_close(self._no_host)
            self._on_situation(self._board.situation)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    @cached_property
    def _dialogs(self) -> Dialogs:
        from picoclaw_tray.desktop.dialogs import Dialogs  # noqa: PLC0415 - as for the window

        dialogs = Dialogs(self)
        dialogs.quit_confirmed.connect(self._farewell.on_wished)
        dialogs.fate_chosen.connect(self._farewell.on_answered)
        dialogs.program_chosen.connect(self._preferences.choose_program)
        return dialogs

    @cached_property
    def _remedies(self) -> RemedyActions:
        from picoclaw_tray.desktop.remedy_actions import RemedyActions  # noqa: PLC0415

        remedies = RemedyActions(self._dialogs, self._board, self)
        remedies.wished.connect(self._on_wished)
        remedies.debug_log_wished.connect(self._on_debug_log_wished)
        return remedies

    @cached_property
    def _log_desk(self) -> LogDesk:
        from picoclaw_tray.desktop.log_desk import LogDesk  # noqa: PLC0415

        desk = LogDesk(self._log, self._board, self._dialogs, self._site, self)
        desk.setting_wished.connect(self._preferences.change)
        desk.wished.connect(self._on_wished)
        return desk

    @Slot()
    def _on_host_missing(self) -> None:
        log.warning("no system tray was found; the window is shown instead")
        self._set_no_host(True)
        self.show_window()

    @Slot()
    def _on_host_appeared(self) -> None:
        self._set_no_host(False)

    def _set_no_host(self, no_host: bool) -> None:  # noqa: FBT001
        self._no_host = no_host
        if self._window is not None:
            self._window.set_confirm_close(no_host)
        self._on_situation(self._board.situation)

    @Slot()
    def _on_close_requested(self) -> None:
        if self._window is not None:
            self._dialogs.ask_before_last_window_closes(self._window, self._actions.quit)

    @Slot()
    def _on_open_config(self) -> None:
        from picoclaw_tray.desktop.remedy_actions import open_or_name  # noqa: PLC0415

        open_or_name(self._site.place.config.parent, self._dialogs)

    @Slot()
    def _on_about(self) -> None:
        version, site = self._board.situation.facts.version, self._site
        self._dialogs.show_about(version, site.log_folder, site.settings_file)

    # -- settings -----------------------------------------------------------------------------

    @Slot(Settings)
    def _on_settings_applied(self, settings: Settings) -> None:
        self._controller.set_policy(settings.applied_to(POLICY))
        self._actions.options.show_settings(settings)
        self._board.on_quit_set(settings.on_quit)

    @Slot(str)
    def _on_setting_changed(self, key: str) -> None:
        situation = self._board.situation
        process, outlives = situation.state.process, situation.on_quit.outlives
        holds_later = {
            "gateway": process is not None,
            "on_quit": process is not None and process.ours and process.outlives != outlives,
        }
        if holds_later.get(key):
            message = self.tr("This holds from the next start of the gateway on.")
            self._dialogs.show_message(message)
        if key == "gateway":
            self._controller.start()

    @Slot(Text)
    def _on_setting_refused(self, why: Text) -> None:
        self._dialogs.show_message(rendered(why))

    @Slot()
    def _on_program_wished(self) -> None:
        self._dialogs.choose_program()

    @Slot()
    def _on_debug_log_wished(self) -> None:
        """For this start and all later ones of this tray."""
        self._preferences.log_more()
        if isinstance(self._controller.state.phase, Running):
            self._controller.restart_anyway()
        else:
            self._controller.start_anyway()

    # -- wishes -------------------------------------------------------------------------------

    @Slot(Wish)
    def _on_wished(self, wish: Wish) -> None:
        log.info("wish: %s", wish.value)
        controller = self._controller
        match wish:
            case Wish.START:
                controller.start()
            case Wish.START_ANYWAY:
                controller.start_anyway()
            case Wish.STOP:
                controller.stop()
            case Wish.FORCE_STOP:
                controller.force_stop()
            case Wish.RESTART:
                controller.restart()
            case Wish.RESTART_ANYWAY:
                controller.restart_anyway()
            case Wish.RELOAD:
                self._reload.start(controller.state)
            case Wish.QUIT:
                self._farewell.on_wished()
            case _:
                assert_never(wish)

    @cached_property
    def _log_access(self) -> LogAccess:
        from picoclaw_tray.desktop.log_access import LogAccess  # noqa: PLC0415 - not for the icon

        access = LogAccess(self._log, self)
        access.answered.connect(self._shell.answer)
        return access

    @Slot(int, Request)
    def _on_log_asked(self, number: int, request: Request) -> None:
        self._log_access.on_asked(number, request)

    @Slot(View)
    def _on_view_wished(self, view: View) -> None:
        match view:
            case View.LOG:
                self.show_window()
            case View.ABOUT:
                self._on_about()
            case _:
                assert_never(view)

    @Slot()
    def _on_fate_asked(self) -> None:
        window = self._window
        self._dialogs.ask_for_fate(window if window and window.isVisible() else None)

    @Slot()
    def _on_quit_ready(self) -> None:
        self._may_end = True
        # Not quit(): on macOS that asks the session filter first.
        self._application.exit(0)


def _late_crew(site: LaunchSite, options: StartOptions) -> Callable[[], Crew]:
    """Puts the crew together at the first call, in the lane that uses it."""

    @cache
    def crew() -> Crew:
        from picoclaw_tray.system.crew import assemble  # noqa: PLC0415 - see its docstring

        return assemble(site, options)

    return crew


def _login_entry(site: LaunchSite) -> LoginEntry:
    from picoclaw_tray.system.autostart import login_entry  # noqa: PLC0415 - not for the icon

    return login_entry(site.place, site.environ, demo=site.demo is not None)
