"""The registry below ``HKEY_CURRENT_USER``. To be imported on Windows only."""

from __future__ import annotations

import contextlib
import sys
import winreg

assert sys.platform == "win32"


class UserRegistry:
    """The real ``Registry`` of ``run_key``."""

    def read(self, path: str, name: str) -> str | bytes | None:
        """A value; one of another kind counts as a text that nobody understands."""
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, path) as key:
                value, _ = winreg.QueryValueEx(key, name)
        except FileNotFoundError:
            return None
        return value if isinstance(value, str | bytes) else ""

    def write(self, path: str, name: str, value: str | bytes) -> None:
        """Text becomes a REG_SZ, in which nobody expands a ``%``."""
        kind = winreg.REG_SZ if isinstance(value, str) else winreg.REG_BINARY
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, path) as key:
            winreg.SetValueEx(key, name, 0, kind, value)

    def delete(self, path: str, name: str) -> None:
        """Removes a value, if there is one."""
        with (
            contextlib.suppress(FileNotFoundError),
            winreg.OpenKey(winreg.HKEY_CURRENT_USER, path, 0, winreg.KEY_SET_VALUE) as key,
        ):
            winreg.DeleteValue(key, name)
