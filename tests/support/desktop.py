"""A desktop of our own: a screen, two message buses, a window manager and a panel with a tray.

Nothing of it touches the desktop the tests run on, and nothing of it outlives the test.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psutil

from tests.support.message_bus import running_bus
from tests.support.programs import DIES_WITH_THE_TESTS, Program
from tests.support.screen import running_screen
from tests.support.status_notifier import TrayItem, has_tray, tray_items
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

REQUIRED_PROGRAMS = {
    "Xvfb": "xvfb",
    "dbus-daemon": "dbus-daemon",
    "lxqt-panel": "lxqt-panel",
    "openbox": "openbox",
    "setpriv": "util-linux",
    "trayer": "trayer",
    "xdotool": "xdotool",
}
"""The programs a desktop is made of, each with the Debian package that has it."""

DARK_PANEL, LIGHT_PANEL = "#2b2b2b", "#e6e6e6"

# No clock: between two pictures only what a test does may change.
_PANEL_SETTINGS = """\
[General]
__userfile__=true
panels=panel1
[panel1]
plugins=taskbar,statusnotifier
position=Bottom
panelSize=32
background-color={colour}
width=100
width-percent=true
[taskbar]
alignment=Left
type=taskbar
[statusnotifier]
alignment=Right
type=statusnotifier
"""


class Desktop:
    """A running desktop, as a context manager; without a panel until `start_panel`.

    Attributes:
        home: The home folder of the programs; empty but for the panel's settings.
        environment: The variables that bring a program onto this desktop, all it gets.
        screen: Pictures, mouse and keyboard.
        session_bus: Where the tray's icons and menus are.
        system_bus: Stands for the machine's; empty.
    """

    def __init__(self, folder: Path, *, panel_colour: str = DARK_PANEL) -> None:
        """Start the screen, the buses and the window manager.

        Args:
            folder: An empty folder of the test's own, for `home` and for what programs print.
            panel_colour: `#rrggbb`.

        Raises:
            RuntimeError: A program is missing; the message says which, and what to install.
        """
        _require_programs()
        self.home = folder / "home"
        self._output_folder = folder / "output"
        self._panel_colour = panel_colour
        self._panel: Program | None = None
        self._programs: list[Program] = []
        with ExitStack() as stack:
            # Sockets live in here. The path of a socket has at most 107 bytes, which the folder
            # of a test may exceed.
            runtime = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="desktop-")))
            environment = _base_environment(self.home, runtime)
            for path in (self._output_folder, Path(environment["XDG_CONFIG_HOME"])):
                path.mkdir(parents=True, exist_ok=True)
            self.screen = stack.enter_context(running_screen(runtime, environment))
            self.session_bus = stack.enter_context(running_bus("session-bus", runtime, environment))
            self.system_bus = stack.enter_context(running_bus("system-bus", runtime, environment))
            self.environment: Mapping[str, str] = {
                **environment,
                "DISPLAY": self.screen.display,
                "DBUS_SESSION_BUS_ADDRESS": self.session_bus.address,
                "DBUS_SYSTEM_BUS_ADDRESS": self.system_bus.address,
            }
            stack.callback(self._end_programs)
            self.start(["openbox"], name="openbox")
            wait_until(self.screen.has_window_manager, what="the window manager")
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def start(
        self,
        command: Sequence[str | Path],
        *,
        name: str,
        environment: Mapping[str, str] | None = None,
    ) -> Program:
        """Start a program on this desktop; it is ended with the desktop, if not before.

        Args:
            command: The program and its arguments.
            name: For failure messages and for the file of what it prints.
            environment: Variables on top of the desktop's.
        """
        program = Program(
            [*DIES_WITH_THE_TESTS, *map(str, command)],
            environment={**self.environment, **(environment or {})},
            output_path=self._output_folder / f"{len(self._programs)}-{name}.log",
        )
        self._programs.append(program)
        return program

    def start_panel(self) -> None:
        """Start lxqt-panel and wait until its tray takes icons (StatusNotifierItem)."""
        settings = Path(self.environment["XDG_CONFIG_HOME"], "lxqt", "panel.conf")
        settings.parent.mkdir(exist_ok=True)
        settings.write_text(_PANEL_SETTINGS.format(colour=self._panel_colour), encoding="utf-8")
        self._panel = self.start(["lxqt-panel"], name="lxqt-panel")
        wait_until(partial(has_tray, self.session_bus), what="the panel's tray")

    def stop_panel(self) -> None:
        """End the panel and wait until its tray is gone."""
        if self._panel is not None:
            self._panel.end()
            self._panel = None
            wait_until(lambda: not has_tray(self.session_bus), what="the end of the panel's tray")

    def restart_panel(self) -> None:
        """End the panel and start it again."""
        self.stop_panel()
        self.start_panel()

    def start_trayer(self) -> None:
        """Start a tray of the older kind (XEmbed), for programs started after it."""
        options = ("--edge", "bottom", "--align", "right", "--width", "20", "--height", "32")
        self.start(["trayer", *options], name="trayer")
        wait_until(lambda: self.screen.has_window("trayer"), what="trayer")

    def tray_items(self) -> list[TrayItem]:
        """The icons that are in the panel's tray now."""
        return tray_items(self.session_bus)

    def tray_item(self, timeout_s: float = 10) -> TrayItem:
        """Wait until there is an icon in the panel's tray, and return the first."""
        return wait_until(self.tray_items, timeout_s, what="an icon in the tray")[0]

    def processes(self) -> list[psutil.Process]:
        """The running processes that have this desktop's session bus in their environment.

        These are the programs started here and all their descendants, orphans too, unless a
        program hides its environment.
        """
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            address = process.environ().get("DBUS_SESSION_BUS_ADDRESS")
        except psutil.Error:
            return False
        return address == self.session_bus.address

    def _end_programs(self) -> None:
        for program in reversed(self._programs):
            program.end()
        # What a program left behind when it ended, or when a test killed it.
        for orphan in self.processes():
            with suppress(psutil.NoSuchProcess):
                orphan.kill()
        wait_until(lambda: not self.processes(), what="the end of every process of the desktop")


def _base_environment(home: Path, runtime: Path) -> dict[str, str]:
    """Nothing of the person's own session, save where programs and libraries are found."""
    kept = ("PATH", "LD_LIBRARY_PATH", "TZ", "XDG_DATA_DIRS")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "QT_QPA_PLATFORM": "xcb",
        "TMPDIR": str(runtime),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "XDG_RUNTIME_DIR": str(runtime),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
    }


def _require_programs() -> None:
    missing = [program for program in REQUIRED_PROGRAMS if shutil.which(program) is None]
    if missing:
        packages = " ".join(sorted({REQUIRED_PROGRAMS[program] for program in missing}))
        message = (
            f"The tests on a real desktop need {', '.join(missing)}; on Debian: "
            f"apt-get install --no-install-recommends {packages}"
        )
        raise RuntimeError(message)
