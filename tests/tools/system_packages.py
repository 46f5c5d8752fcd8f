"""Installs the system packages that are really missing, or says with which command to do it.

    python tests/tools/system_packages.py run    # what the tray needs
    python tests/tools/system_packages.py bundle # and what `make bundle` needs
    python tests/tools/system_packages.py test   # and what its tests need, which make a bundle too

Knows Debian and its relatives. It looks for the things themselves, not for packages: for the
libraries that the loader cannot find for Qt, for programs on the path, for one font. Nothing
missing means nothing done. Only the standard library is used.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libbrotlicommon.so.1": "libbrotli1",
    "libbrotlidec.so.1": "libbrotli1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
"""The libraries that Qt expects of the system, each with its Debian package."""

TEST_PROGRAMS = {
    "Xvfb": "xvfb",
    "dbus-daemon": "dbus",
    "gio": "libglib2.0-bin",
    "git": "git",
    "lxqt-panel": "lxqt-panel",
    "openbox": "openbox",
    "setpriv": "util-linux",
    "trayer": "trayer",
    "xdotool": "xdotool",
}
"""The programs that the tests of a real desktop start, each with its Debian package."""

BUNDLE_PROGRAMS = {
    "objcopy": "binutils",
    "objdump": "binutils",
    "strip": "binutils",
}
"""The programs that PyInstaller starts, each with its Debian package."""

FONT_PACKAGE = "fonts-dejavu-core"

_QT_FILES = (
    "plugins/platforms/libqoffscreen.so",
    "plugins/platforms/libqwayland.so",
    "plugins/platforms/libqxcb.so",
    "plugins/wayland-shell-integration/*.so",
    "lib/libQt6Core.so.6",
    "lib/libQt6DBus.so.6",
    "lib/libQt6Gui.so.6",
    "lib/libQt6Network.so.6",
    "lib/libQt6Svg.so.6",
    "lib/libQt6Widgets.so.6",
)


def missing_libraries(qt_folder: Path) -> list[str]:
    """The names that the loader cannot find for the parts of Qt we use.

    Qt's own message names one library when another is missing; the loader tells the truth.
    """
    files = [str(path) for pattern in _QT_FILES for path in qt_folder.glob(pattern)]
    answer = subprocess.run(["ldd", *files], capture_output=True, text=True, check=False)
    lines = answer.stdout.splitlines()
    return sorted({line.split()[0] for line in lines if line.rstrip().endswith("not found")})


def missing_programs(profile: str) -> dict[str, str]:
    """The programs of a profile that are not installed, each with its package."""
    system_folders = ("/usr/local/sbin", "/usr/sbin", "/sbin")
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *system_folders))
    wanted = {
        "run": {},
        "bundle": BUNDLE_PROGRAMS,
        "test": {**BUNDLE_PROGRAMS, **TEST_PROGRAMS},
    }[profile]
    return {name: wanted[name] for name in wanted if not shutil.which(name, path=path)}


def lacks_shared_python() -> bool:
    """Whether this Python was built with a shared library, which a bundle needs, but has none.

    Debian's interpreter does without the one that its own package brings.
    """
    if not sysconfig.get_config_var("Py_ENABLE_SHARED"):
        return False
    try:
        ctypes.CDLL(sysconfig.get_config_var("INSTSONAME"))
    except OSError:
        return True
    return False


def has_a_font() -> bool:
    """Whether there is one font at all; without any, Qt draws windows without letters."""
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts")]
    folders += [Path.home() / ".fonts", Path.home() / ".local" / "share" / "fonts"]
    return any(
        name.endswith((".ttf", ".otf", ".ttc", ".pfb"))
        for folder in folders
        for _, _, names in os.walk(folder)
        for name in names
    )


def missing(profile: str) -> tuple[list[str], list[str]]:
    """The packages to install for a profile, and what is missing without a known package."""
    qt = importlib.util.find_spec("PySide6")
    if qt is None or qt.origin is None:
        return [], ["PySide6"]
    libraries = missing_libraries(Path(qt.origin).parent / "Qt")
    packages = {LIBRARIES[name] for name in libraries if name in LIBRARIES}
    packages |= set(missing_programs(profile).values())
    if profile != "run" and lacks_shared_python():
        packages.add(f"libpython{sys.version_info.major}.{sys.version_info.minor}")
    if not has_a_font():
        packages.add(FONT_PACKAGE)
    return sorted(packages), [name for name in libraries if name not in LIBRARIES]


def privileges() -> list[str] | None:
    """What to put before a command to run it as root: nothing, `sudo`; None where we may not."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if (
        sudo
        and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return [sudo, "-n"]
    return None


def install(packages: list[str], prefix: list[str]) -> bool:
    """Install with apt-get, without questions; False when it failed."""
    quiet = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    # A list of packages that cannot be refreshed may still be good enough to install from.
    subprocess.run([*quiet, "update"], check=False)
    command = [*quiet, "install", "-y", "--no-install-recommends", *packages]
    return subprocess.run(command, check=False).returncode == 0


def main(arguments: list[str]) -> int:
    """Install what is missing for the profile named on the command line; 0 when nothing is left."""
    if arguments not in (["run"], ["bundle"], ["test"]):
        print("usage: system_packages.py run|bundle|test", file=sys.stderr)
        return 2
    if sys.platform != "linux":
        return 0
    packages, unknown = missing(arguments[0])
    prefix = privileges() if packages and shutil.which("apt-get") else None
    if packages and prefix is not None:
        print(f"Installing what the system lacks: {' '.join(packages)}", flush=True)
        if install(packages, prefix):
            packages, unknown = missing(arguments[0])
    if packages:
        print("Some system packages are missing. On Debian and its relatives this installs them:")
        print(f"  sudo apt-get install -y --no-install-recommends {' '.join(packages)}")
    if unknown:
        print(f"Missing, and of no package known here: {' '.join(unknown)}")
    return 1 if packages or unknown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
