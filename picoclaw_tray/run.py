"""The verb ``run``: one tray for each home, from the lock to the last line of its log."""

from __future__ import annotations

import logging
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication

from picoclaw_tray import __version__
from picoclaw_tray.app import TrayApp
from picoclaw_tray.desktop import qt_messages
from picoclaw_tray.desktop.icons import app_icon
from picoclaw_tray.desktop.single_instance import claim
from picoclaw_tray.remote import Answer, ExitCode, error_answer
from picoclaw_tray.system.launch_site import prepare_site
from picoclaw_tray.system.own_log import OwnLog
from picoclaw_tray.system.rendezvous import meeting_folders, remove_empty, usable_sockets
from picoclaw_tray.verbs import runs_already, show_running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from picoclaw_tray.desktop.single_instance import Claim
    from picoclaw_tray.system.launch_site import LaunchSite

log = logging.getLogger(__name__)

_DEMO = """\
The icon in the tray is that of a demo gateway, whose home is thrown away at the end.
From another terminal: picoclaw-trayctl status --home {home}
Ctrl+C ends it."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What ``run`` was asked for; empty paths mean the environment's, else the default.

    Attributes:
        start: Start a gateway at once if none runs.
        demo: Run the stand-in in a throw-away home.
        debug: Log level debug, of the gateway and of our own log.
    """

    home: str = ""
    config: str = ""
    start: bool = True
    demo: bool = False
    debug: bool = False


def run(
    options: RunOptions,
    environ: Mapping[str, str],
    say: Callable[[str], object],
    give_up: Callable[[str], object],
) -> Answer:
    """Runs the tray until it is told to quit, or shows the window of the one that runs.

    Args:
        options: What it was asked for.
        environ: Of the process.
        say: Tells a person at a terminal something.
        give_up: Called, last of all, with Qt's words if it cannot use the display: it would abort.

    Raises:
        SiteError: There is no place to work in.
    """
    site = prepare_site(environ, home=options.home, config=options.config, demo=options.demo)
    with ExitStack() as after:
        if site.demo is not None:
            after.callback(site.demo.remove)
        folders = meeting_folders(site.place, throw_away=site.demo is not None)
        claimed = claim(site.place, folders, partial(show_running, site.place))
        if claimed.is_taken:
            return _other_tray(claimed)
        after.callback(remove_empty, folders)
        after.callback(claimed.release)
        if site.demo is not None:
            say(_DEMO.format(home=site.place.home))
        sockets = usable_sockets(folders) if claimed.lock else ()
        status = _run(site, options, sockets, after, give_up)
    return Answer(ExitCode.FAILED if status else ExitCode.DONE, {"status": "ok"})


def _run(
    site: LaunchSite,
    options: RunOptions,
    sockets: Iterable[str],
    after: ExitStack,
    give_up: Callable[[str], object],
) -> int:
    own_log = OwnLog(site.log_folder)
    logged = own_log.open(debug=options.debug)
    after.callback(own_log.close)
    log.info("picoclaw-tray %s for %s", __version__, site.place.home)

    def without_application(reason: str) -> None:
        after.close()
        give_up(reason)

    qt_messages.install(without_application)
    after.callback(qt_messages.uninstall)
    application = _application()
    qt_messages.install()
    try:
        tray_app = TrayApp(site, application, debug=options.debug, sockets=sockets, logged=logged)
        tray_app.secret_seen.connect(own_log.hide)
        tray_app.begin(start=options.start)
        status = application.exec()
        tray_app.finish()
        tray_app.end()
    except Exception:  # our log is closed by the time anybody else could write it down
        log.critical("uncaught exception", exc_info=True)
        raise
    log.info("the end")
    return status


def _other_tray(claimed: Claim) -> Answer:
    if claimed.shown:
        return runs_already(claimed.other)
    who = f"picoclaw-tray (PID {claimed.other})" if claimed.other else "picoclaw-tray"
    return error_answer(
        f"Another {who} looks after this home, and does not answer.",
        ExitCode.FAILED,
        "End it, then start again.",
    )


def _application() -> QApplication:
    locale = QLocale()  # that of “C” would not group the digits of large numbers
    locale.setNumberOptions(QLocale.NumberOption.DefaultNumberOptions)
    QLocale.setDefault(locale)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("picoclaw-tray")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("picoclaw-tray")
    application.setWindowIcon(app_icon())
    application.setQuitOnLastWindowClosed(False)
    return application
