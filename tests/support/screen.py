"""A screen that nobody sees: an X server in memory, with a mouse and a keyboard for tests."""

from __future__ import annotations

import re
import subprocess
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from tests.support.pictures import changed_area, find_image, read_frame_buffer
from tests.support.programs import DIES_WITH_THE_TESTS, Program
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from PySide6.QtGui import QImage

    from tests.support.pictures import Area

_SIZE = "1024x768x24"
_XDOTOOL_TIMEOUT_S = 10
_STILL_S = 0.2

LEFT_BUTTON, MIDDLE_BUTTON, RIGHT_BUTTON = 1, 2, 3


@contextmanager
def running_screen(folder: Path, environment: Mapping[str, str]) -> Iterator[Screen]:
    """A screen on a display number that was free, with its files in `folder`."""
    options = ("-screen", "0", _SIZE, "-fbdir", str(folder), "-nocursor", "-noreset")
    command = (*DIES_WITH_THE_TESTS, "Xvfb", "-displayfd", "1", *options, "-nolisten", "tcp")
    with Program(command, environment=environment, output_path=folder / "Xvfb.log") as server:
        # The number is printed as soon as the server accepts connections.
        number = wait_until(partial(server.printed, r"^\d+(?=\n)"), what="the display number")
        yield Screen(f":{number}", folder / "Xvfb_screen0", environment)


class Screen:
    """The screen of an Xvfb.

    Its frame buffer is a file, so a picture costs a read and no other program; the pointer is
    not on it.
    """

    def __init__(self, display: str, frame_buffer: Path, environment: Mapping[str, str]) -> None:
        self.display = display
        self._frame_buffer = frame_buffer
        self._environment = {**environment, "DISPLAY": display}

    def picture(self) -> QImage:
        """What the screen shows now."""
        return read_frame_buffer(self._frame_buffer)

    def save(self, path: Path) -> None:
        """Write what the screen shows now to an image file, in the format of its suffix."""
        if not self.picture().save(str(path)):
            message = f"The picture could not be written to {path}"
            raise OSError(message)

    def still_picture(self, timeout_s: float = 10) -> QImage:
        """What the screen shows once nothing has changed for a moment."""
        shown, since = self.picture(), time.monotonic()

        def is_still() -> bool:
            nonlocal shown, since
            now = self.picture()
            if now != shown:
                shown, since = now, time.monotonic()
            return time.monotonic() - since >= _STILL_S

        wait_until(is_still, timeout_s, what="a screen on which nothing moves")
        return shown

    def change_since(self, before: QImage, timeout_s: float = 10) -> Area:
        """Wait until the screen has changed and is still again, and say where it differs."""

        def change() -> Area | None:
            return changed_area(before, self.still_picture(timeout_s))

        return wait_until(change, timeout_s, what="a change on the screen")

    def find(self, images: Sequence[QImage], timeout_s: float = 10) -> Area:
        """Wait until one of `images` is shown, pixel for pixel, and say where."""

        def shown() -> Area | None:
            picture = self.picture()
            return next(filter(None, (find_image(picture, image) for image in images)), None)

        return wait_until(shown, timeout_s, what="an image on the screen")

    def click(self, x: int, y: int, button: int = LEFT_BUTTON) -> None:
        """Move the mouse to a pixel and click there."""
        self._xdotool("mousemove", x, y, "click", button)

    def key(self, *names: str) -> None:
        """Press and release keys one after the other; names as X has them: `Down`, `Return`.

        They go to whatever has the keyboard: an open menu, or see `key_in`.
        """
        self._xdotool("key", *names)

    def key_in(self, title: str, *names: str) -> None:
        """Press keys in the window with exactly this title.

        It is activated before, as by a click on the taskbar, and a window that is shown only now
        is waited for: which window has the keyboard is else a matter of luck while others come.
        """
        self.wait_for_window(title)
        self._xdotool(*_search_by(title), "windowactivate", "--sync")
        self.key(*names)

    def close(self, title: str, until: str) -> None:
        """Close a window by the keyboard, which brings another one.

        More than once if need be: while a window is new its manager may miss a key.
        """
        for timeout_s in (3, 3, 10):
            self.key_in(title, "alt+F4")
            try:
                self.wait_for_window(until, timeout_s)
            except AssertionError:
                continue
            return
        message = f"The window {title!r} was closed three times, and {until!r} did not come"
        raise AssertionError(message)

    def has_window(self, window_class: str) -> bool:
        """Whether a window of this class is shown."""
        return not self._run_xdotool("search", "--onlyvisible", "--class", window_class).returncode

    def has_window_titled(self, title: str) -> bool:
        """Whether a window with exactly this title is shown."""
        return not self._run_xdotool(*_search_by(title)).returncode

    def wait_for_window(self, title: str, timeout_s: float = 10) -> None:
        """Wait until a window with exactly this title is shown."""
        self._wait(lambda: self.has_window_titled(title), timeout_s, f"the window {title!r}")

    def wait_for_closed(self, title: str, timeout_s: float = 10) -> None:
        """Wait until no window with exactly this title is shown."""
        what = f"the end of the window {title!r}"
        self._wait(lambda: not self.has_window_titled(title), timeout_s, what)

    def has_window_manager(self) -> bool:
        """Whether windows are managed yet."""
        # Asks for a property of the root window that only a window manager sets.
        return self._run_xdotool("get_num_desktops").returncode == 0

    def _wait(self, predicate: Callable[[], bool], timeout_s: float, what: str) -> None:
        try:
            wait_until(predicate, timeout_s, what=what)
        except AssertionError as error:
            all_windows = ("search", "--onlyvisible", "--name", ".")
            shown = self._run_xdotool(*all_windows, "getwindowname", "%@").stdout.decode()
            active = self._run_xdotool("getactivewindow", "getwindowname").stdout.decode()
            error.add_note(f"Windows shown:\n{shown}The keyboard is with: {active}")
            raise

    def _xdotool(self, *arguments: object) -> None:
        self._run_xdotool(*arguments).check_returncode()

    def _run_xdotool(self, *arguments: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ("xdotool", *map(str, arguments)),
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_XDOTOOL_TIMEOUT_S,
            check=False,
        )


def _search_by(title: str) -> tuple[str, ...]:
    return "search", "--onlyvisible", "--name", f"^{re.escape(title)}$"
