"""The stand-in's own ``.picoclaw.pid``, and the rule of one gateway a home (contract 2)."""

from __future__ import annotations

import json
import os
import secrets
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_NAME = ".picoclaw.pid"
_STILL_ACTIVE = 259
_MAY_QUERY = 0x1000


class AlreadyRunning(Exception):  # noqa: N818
    """A live gateway owns this home; the text names its PID and version."""


@dataclass(frozen=True, slots=True)
class PidFile:
    """One home's PID file. ``token`` is a secret: who knows it may reload the gateway."""

    path: Path
    token: str

    @classmethod
    def in_home(cls, home: Path) -> PidFile:
        """Makes a new token; touches no file yet."""
        return cls(home / _NAME, secrets.token_hex(16))

    def claim(self, version: str, host: str, port: int) -> None:
        """Writes the file in one step, mode 0600, over a stale one.

        Raises:
            AlreadyRunning: Another gateway lives in this home.
            OSError: The file cannot be written.
        """
        self._respect_another()
        record = {
            "pid": os.getpid(),
            "token": self.token,
            "version": version,
            "port": port,
            "host": host,
        }
        temporary = self.path.with_name(f"{_NAME}.tmp")
        temporary.unlink(missing_ok=True)
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(fd, "w", encoding="utf-8") as file:  # noqa: PTH123
            json.dump(record, file, indent=2)
        temporary.replace(self.path)

    def release(self) -> None:
        """Removes the file, if it is still ours."""
        pid, _ = self._recorded()
        if pid == os.getpid():
            with suppress(OSError):
                self.path.unlink()

    def _respect_another(self) -> None:
        pid, version = self._recorded()
        if pid > 1 and pid != os.getpid() and _is_picoclaw(pid):
            msg = f"gateway is already running (PID: {pid}, version: {version})"
            raise AlreadyRunning(msg)

    def _recorded(self) -> tuple[int, str]:
        """PID and version of the file as it is now; 0 when there is none worth the name."""
        try:
            record = json.loads(self.path.read_bytes())
            return int(record["pid"]), str(record.get("version", ""))
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return 0, ""


def name_this_process() -> None:
    """Lets Linux show our name instead of the interpreter's: the rule of one looks at it."""
    if sys.platform == "linux":
        with suppress(OSError):
            Path("/proc/self/comm").write_text("picoclaw-demo", encoding="ascii")


if sys.platform == "win32":

    def _is_picoclaw(pid: int) -> bool:
        """Alive is enough here: an interpreter's image path never names picoclaw."""
        import ctypes  # noqa: PLC0415

        kernel32 = ctypes.windll.kernel32
        handle = kernel32.OpenProcess(_MAY_QUERY, 0, pid)
        if not handle:
            return False
        code = ctypes.c_ulong()
        answered = kernel32.GetExitCodeProcess(handle, ctypes.byref(code))
        kernel32.CloseHandle(handle)
        return bool(answered) and code.value == _STILL_ACTIVE

else:

    def _is_picoclaw(pid: int) -> bool:
        """Alive, and on Linux with a name that fits; elsewhere the name is trusted."""
        try:
            os.kill(pid, 0)
        except PermissionError:
            pass
        except OSError:
            return False
        try:
            return "picoclaw" in Path(f"/proc/{pid}/comm").read_text("utf-8", "replace")
        except OSError:
            return True
