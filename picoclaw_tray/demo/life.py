"""One life of the stand-in, in the order of contract 3.7."""

from __future__ import annotations

import signal
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from picoclaw_tray.demo.agenda import Agenda
from picoclaw_tray.demo.binding import BindError, format_address, open_listeners, probe_host
from picoclaw_tray.demo.config import Config, check_config, check_model, load_config
from picoclaw_tray.demo.document import ConfigError
from picoclaw_tray.demo.endpoints import Endpoints, Reload
from picoclaw_tray.demo.inbox import Inbox, Order
from picoclaw_tray.demo.mischief import plan_mischief, start_children
from picoclaw_tray.demo.output import print_out
from picoclaw_tray.demo.pid_file import AlreadyRunning, PidFile
from picoclaw_tray.demo.reloading import ConfigWatch, reload_config
from picoclaw_tray.demo.server import Server

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from picoclaw_tray.demo.journal import Journal
    from picoclaw_tray.demo.surroundings import Surroundings


class StartupError(Exception):
    """The gateway cannot start; the text is the reason of contract 4.6."""


@contextmanager
def _failing(step: str, *expected: type[Exception]) -> Iterator[None]:
    """Turns what may go wrong in a step into the reason that is told."""
    try:
        yield
    except expected as error:
        msg = f"{step}: {error}"
        raise StartupError(msg) from error


class Gateway:
    """Comes up, serves, goes down. All of it runs in the main thread."""

    def __init__(self, around: Surroundings, journal: Journal) -> None:
        self._around = around
        self._switches = around.switches
        self._journal = journal
        self._config = Config()
        self._pid_file = PidFile.in_home(around.home)
        self._endpoints = Endpoints(
            token=self._pid_file.token, switches=around.switches, on_reload=self._on_reload_asked
        )
        self._agenda = Agenda()
        self._inbox = Inbox()

    def run(self) -> None:
        """Returns after a graceful stop.

        Raises:
            StartupError: It could not start.
        """
        if self._around.invocation.debug:
            print_out("🔍 Debug mode enabled\n")
        self._load_config()
        if self._switches.fail_before_pid is not None:
            raise StartupError(self._switches.fail_before_pid)
        listeners = self._listen()
        try:
            self._claim_home()
            server = self._come_up(listeners)
            self._serve(server)
        finally:
            self._pid_file.release()

    def _load_config(self) -> None:
        with _failing("error loading config", ConfigError):
            self._config = load_config(self._around.config_path, self._around.environ)
        self._apply_log_level()
        with _failing("config pre-check failed", ConfigError):
            check_config(self._config)

    def _listen(self) -> list[socket.socket]:
        with _failing("error opening gateway listeners", BindError):
            return open_listeners(self._config.hosts, self._config.port)

    def _claim_home(self) -> None:
        if self._switches.no_pid_file:
            return
        host = probe_host(self._config.hosts)
        with _failing("singleton check failed", AlreadyRunning, OSError):
            self._pid_file.claim(self._switches.version, host, self._config.port)
        self._journal.write("debug", "pid", "PID file written", path=str(self._pid_file.path))

    def _come_up(self, listeners: list[socket.socket]) -> Server:
        """From the PID file to the signal handlers."""
        self._create_provider()
        print_out("\n" if self._journal.entries else "")
        print_out("📦 Agent Status:\n  • Tools: 21 loaded\n  • Skills: 3/5 available\n")
        print_out("✓ Cron service started\n✓ Heartbeat service started\n")
        time.sleep(self._switches.startup)
        if self._switches.fail_after_pid is not None:
            raise StartupError(self._switches.fail_after_pid)
        start_children(self._switches.children, self._journal)
        server = Server(listeners, self._endpoints.answer)
        self._endpoints.start_clock()
        if not self._switches.mute:
            server.start()
        self._endpoints.set_ready()
        self._journal.write("info", "gateway", "All services run", port=self._config.port)
        self._announce([listener.getsockname() for listener in listeners])
        self._handle_signals()
        return server

    def _create_provider(self) -> None:
        with _failing("error creating provider", ConfigError):
            check_model(self._config, allow_empty=self._around.invocation.allow_empty)
        if not self._config.default_model:
            print_out("⚠ Warning: no default model configured; gateway started in limited mode\n")
            message = "Gateway started without default model"
            self._journal.write("warn", "gateway", message, limited_mode=True)

    def _announce(self, addresses: list[tuple[str, int]]) -> None:
        if self._config.channels:
            print_out(f"✓ Channels enabled: [{' '.join(self._config.channels)}]\n")
        else:
            print_out("⚠ Warning: No channels enabled\n")
        asked_at = format_address(probe_host(self._config.hosts), self._config.port)
        print_out(
            f"✓ Health endpoints available at http://{asked_at}/health, /ready and /reload (POST)\n"
        )
        for host, port, *_ in addresses:
            print_out(f"✓ Gateway started on {format_address(host, port)}\n")
        print_out("Press Ctrl+C to stop\n")

    def _handle_signals(self) -> None:
        if sys.platform == "win32":
            self._inbox.stop_on([signal.SIGINT, signal.SIGBREAK, signal.SIGTERM])
        else:
            self._inbox.stop_on([signal.SIGINT, signal.SIGTERM])

    def _serve(self, server: Server) -> None:
        """Works off what comes in, until the first signal; further ones are swallowed."""
        self._endpoints.set_reload(Reload.IDLE)
        plan_mischief(self._switches, self._agenda, self._journal, server)
        if self._config.hot_reload:
            watch = ConfigWatch(self._around.config_path, self._on_config_changed)
            self._agenda.after(watch.INTERVAL_S, watch)
        while (order := self._inbox.get(self._agenda.seconds_left())) is not Order.STOP:
            if order is None:
                self._agenda.run_due()
            else:
                self._reload(manual=order is Order.RELOAD)
        self._journal.write("info", "gateway", "Shutting down...")
        server.close()
        time.sleep(self._switches.linger)
        self._journal.write("info", "gateway", "✓ Gateway stopped")

    def _reload(self, *, manual: bool) -> None:
        """Takes over a changed config, except for host and port."""
        self._endpoints.set_reload(Reload.RUNNING)
        config = reload_config(self._around, self._journal, manual=manual)
        if config is not None:
            self._config = config
            self._apply_log_level()
        self._endpoints.set_reload(Reload.IDLE)

    def _apply_log_level(self) -> None:
        if not self._around.invocation.debug:
            self._journal.level = self._config.log_level

    def _on_reload_asked(self) -> None:
        """Comes from any thread."""
        self._inbox.put(Order.RELOAD)

    def _on_config_changed(self) -> None:
        self._inbox.put(Order.HOT_RELOAD)
