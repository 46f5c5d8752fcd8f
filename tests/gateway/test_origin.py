"""Who started a gateway: what the system shows of each way to start one, as a table."""

from __future__ import annotations

import pytest

from picoclaw_tray.gateway.origin import Origin, OriginKind, Traces, origin_of, terminal_name
from picoclaw_tray.gateway.service import Kin, Service, ServiceManager

ID = "0123456789ab" + "cd" * 26
USER = "/user.slice/user-1000.slice/user@1000.service"
OWN = f"0::{USER}/app.slice/app-picoclaw\\x2dtray@autostart.service"
SCOPE = f"0::{USER}/app.slice/app-gnome-picoclaw\\x2dlauncher-77.scope"
TERMINAL = f"0::{USER}/app.slice/app-org.gnome.Terminal.slice/vte-spawn-1.scope"
SESSION = "0::/user.slice/user-1000.slice/session-3.scope"
INIT = "0::/init.scope"
PTS = "pts/3"

GATEWAY = ("/usr/bin/picoclaw", "gateway", "-E")
BY_HAND = ("picoclaw", "gateway")
LAUNCHER = ("/usr/bin/picoclaw-launcher",)
FLUTTER_UI = ("/opt/picoclaw_fui/1.2/picoclaw_flutter_ui",)
CORE = ("/opt/picoclaw_fui/1.2/app/bin/picoclaw-launcher", "-port", "18800")
MAC_UI = "/Applications/picoclaw_flutter_ui.app/Contents/MacOS/picoclaw_flutter_ui"
WINDOWS_UI = r"C:\Program Files\picoclaw_fui\picoclaw_flutter_ui.exe"
SYSTEMD = ("/usr/lib/systemd/systemd", "--user")

UNKNOWN = Origin(OriginKind.UNKNOWN)
IN_PTS = Origin(OriginKind.TERMINAL, terminal=PTS)


def kin(pid: int, *argv: str, cgroup: str = SCOPE, session: int = 0, terminal: str = "") -> Kin:
    return Kin(pid, session or pid, argv, cgroup, terminal=terminal)


def line(*words: tuple[str, ...], terminal: str = "", cgroup: str = SCOPE) -> tuple[Kin, ...]:
    """A gateway and its ancestors, numbered 100, 200 …; all in one session, terminal and group."""
    return tuple(
        Kin(number * 100, 200, argv, cgroup, terminal=terminal)
        for number, argv in enumerate(words, 1)
    )


def by(kind: OriginKind, pid: int) -> Origin:
    return Origin(kind, starter=pid)


def in_terminal(name: str) -> Origin:
    return Origin(OriginKind.TERMINAL, terminal=name)


def serviced(manager: ServiceManager, unit: str, stop: str) -> Origin:
    return Origin(OriginKind.SERVICE, Service(manager, unit, *commands(stop)))


def commands(stop: str) -> tuple[str, str]:
    return stop, stop.replace("stop", "restart")


UNIT = (
    kin(100, *GATEWAY, cgroup="0::/system.slice/picoclaw.service"),
    kin(1, "/sbin/init", cgroup=INIT),
)
USER_UNIT = (
    kin(100, *GATEWAY, cgroup=f"0::{USER}/app.slice/picoclaw.service", terminal=PTS),
    kin(50, *SYSTEMD, cgroup=f"0::{USER}/init.scope"),
)
CONTAINER = f"0::/system.slice/docker-{ID}.scope"
POD_MAN = f"0::{USER}/user.slice/libpod-{ID}.scope/container"
SETSID = (
    kin(100, *BY_HAND),
    kin(200, "-bash", terminal=PTS),
    kin(300, "sshd: alice@pts/3"),
)
DETACHED = (
    kin(100, *BY_HAND),
    kin(200, "/usr/share/code/code"),
    kin(300, "bash", terminal=PTS),
)
BY_SUPERVISOR = line(GATEWAY, ("runsv", "picoclaw"), ("runsvdir",))

ON_LINUX = {
    # the launcher
    "launcher": (line(GATEWAY, LAUNCHER, SYSTEMD), by(OriginKind.LAUNCHER, 200)),
    "launcher by name": (line(GATEWAY, ("picoclaw-launcher",)), by(OriginKind.LAUNCHER, 200)),
    "launcher as it is built": (
        line(GATEWAY, ("./build/picoclaw-launcher-linux-amd64", "-d")),
        by(OriginKind.LAUNCHER, 200),
    ),
    "launcher in a terminal": (
        line(GATEWAY, (*LAUNCHER, "-console"), ("bash",), terminal=PTS),
        by(OriginKind.LAUNCHER, 200),
    ),
    "launcher, with a script as its picoclaw": (
        line(GATEWAY, ("/bin/sh", "/usr/local/bin/picoclaw", "gateway"), LAUNCHER),
        by(OriginKind.LAUNCHER, 300),
    ),
    "launcher that is a unit": (
        line(GATEWAY, LAUNCHER, SYSTEMD, cgroup=f"0::{USER}/app.slice/launcher.service"),
        by(OriginKind.LAUNCHER, 200),
    ),
    "launcher below another program": (
        line(GATEWAY, LAUNCHER, ("/usr/bin/other",), FLUTTER_UI),
        by(OriginKind.LAUNCHER, 200),
    ),
    "launcher that has ended": (line(GATEWAY, SYSTEMD), UNKNOWN),
    "launcher that has ended, from a terminal": (line(GATEWAY, SYSTEMD, terminal=PTS), IN_PTS),
    "launcher's terminal twin": (line(GATEWAY, ("picoclaw-launcher-tui",)), UNKNOWN),
    "launcher's grandchild": (line(GATEWAY, ("python3", "x.py"), LAUNCHER), UNKNOWN),
    # the Flutter UI
    "Flutter UI": (line(GATEWAY, CORE, FLUTTER_UI, SYSTEMD), by(OriginKind.FLUTTER_UI, 300)),
    "Flutter UI, without a launcher": (line(GATEWAY, FLUTTER_UI), by(OriginKind.FLUTTER_UI, 200)),
    "Flutter UI, from a terminal": (
        line(GATEWAY, CORE, FLUTTER_UI, ("bash",), terminal=PTS),
        by(OriginKind.FLUTTER_UI, 300),
    ),
    "Flutter UI that has ended": (line(GATEWAY, CORE, SYSTEMD), by(OriginKind.LAUNCHER, 200)),
    # services and containers, also where a terminal or a launcher is in them
    "unit": (
        UNIT,
        serviced(ServiceManager.SYSTEMD, "picoclaw.service", "systemctl stop picoclaw.service"),
    ),
    "unit of a user, with a terminal": (
        USER_UNIT,
        serviced(
            ServiceManager.SYSTEMD_USER,
            "picoclaw.service",
            "systemctl --user stop picoclaw.service",
        ),
    ),
    "container": (
        line(GATEWAY, cgroup=CONTAINER),
        serviced(ServiceManager.DOCKER, ID[:12], f"docker stop {ID[:12]}"),
    ),
    "container with a terminal": (
        line(GATEWAY, terminal="pts/0", cgroup=CONTAINER),
        serviced(ServiceManager.DOCKER, ID[:12], f"docker stop {ID[:12]}"),
    ),
    "container with a launcher": (
        line(GATEWAY, LAUNCHER, cgroup=POD_MAN),
        serviced(ServiceManager.PODMAN, ID[:12], f"podman stop {ID[:12]}"),
    ),
    "runit": (BY_SUPERVISOR, serviced(ServiceManager.RUNIT, "picoclaw", "sv stop picoclaw")),
    # terminals
    "terminal": (line(BY_HAND, ("bash",), terminal=PTS, cgroup=TERMINAL), IN_PTS),
    "terminal, in the background": (
        line(BY_HAND, ("bash",), SYSTEMD, terminal=PTS, cgroup=TERMINAL),
        IN_PTS,
    ),
    "terminal, when the script that started it has ended": (
        line(BY_HAND, SYSTEMD, terminal=PTS, cgroup=TERMINAL),
        IN_PTS,
    ),
    "tmux": (line(BY_HAND, ("-zsh",), ("tmux", "new"), terminal=PTS, cgroup=SESSION), IN_PTS),
    "screen": (line(BY_HAND, ("bash",), ("SCREEN",), terminal=PTS, cgroup=SESSION), IN_PTS),
    "SSH": (line(BY_HAND, ("-bash",), ("sshd: a@pts/3",), terminal=PTS, cgroup=SESSION), IN_PTS),
    "virtual console": (line(BY_HAND, ("-bash",), terminal="tty2"), in_terminal("tty2")),
    "terminal, in a session of its own": (SETSID, IN_PTS),
    "terminal of a program that started it elsewhere": (DETACHED, UNKNOWN),
    # nobody's
    "nohup, when the terminal is gone": (line(("nohup", *BY_HAND), SYSTEMD), UNKNOWN),
    "SSH without a terminal": (line(BY_HAND, ("bash", "-c", "picoclaw gateway &")), UNKNOWN),
    "cron": (line(BY_HAND, ("/bin/sh", "-c", "picoclaw gateway"), ("cron", "-f")), UNKNOWN),
    "desktop": (line(BY_HAND, ("/usr/bin/gnome-shell",)), UNKNOWN),
    "orphan": (line(GATEWAY, ("/sbin/init",)), UNKNOWN),
    "no words to read": (line((), ()), UNKNOWN),
    "a shell without words above": (line(GATEWAY, ("sh",), ()), UNKNOWN),
    "nobody above": (line(GATEWAY), UNKNOWN),
    "nothing to read": ((), UNKNOWN),
}


@pytest.mark.parametrize(("lineage", "origin"), ON_LINUX.values(), ids=ON_LINUX)
def test_origin_on_linux(lineage: tuple[Kin, ...], origin: Origin) -> None:
    assert origin_of(Traces(lineage, own_cgroup=OWN)) == origin


def test_origin_is_the_terminal_inside_a_container_that_we_are_in_too() -> None:
    lineage = line(GATEWAY, terminal="pts/0", cgroup=CONTAINER)

    assert origin_of(Traces(lineage, own_cgroup=CONTAINER)) == in_terminal("pts/0")


JOB = "com.example.picoclaw"
IN_JOB = Origin(
    OriginKind.SERVICE,
    Service(
        ServiceManager.LAUNCHD,
        JOB,
        f"launchctl bootout gui/501/{JOB}",
        f"launchctl kickstart -k gui/501/{JOB}",
    ),
)
LAUNCHD = ("launchd",)
TTY = "ttys003"
ON_MACOS = {
    "job": (line(GATEWAY, LAUNCHD, cgroup=""), JOB, IN_JOB),
    "job with a terminal": (line(GATEWAY, LAUNCHD, terminal=TTY, cgroup=""), JOB, IN_JOB),
    "launcher": (
        line(GATEWAY, ("picoclaw-launcher",), LAUNCHD, cgroup=""),
        "application.com.picoclaw.launcher.1.2",
        by(OriginKind.LAUNCHER, 200),
    ),
    "launcher that starts at login": (
        line(GATEWAY, ("picoclaw-launcher",), LAUNCHD, cgroup=""),
        "io.picoclaw.launcher",
        by(OriginKind.LAUNCHER, 200),
    ),
    "Flutter UI": (
        line(GATEWAY, ("picoclaw-launcher",), (MAC_UI,), LAUNCHD, cgroup=""),
        "application.com.example.picoclawFlutterUi.1.2",
        by(OriginKind.FLUTTER_UI, 300),
    ),
    "terminal": (
        line(BY_HAND, ("zsh",), ("login",), ("Terminal",), terminal=TTY, cgroup=""),
        "0",
        in_terminal(TTY),
    ),
    "terminal program": (
        line(BY_HAND, ("zsh",), terminal=TTY, cgroup=""),
        "application.com.googlecode.iterm2.1.2",
        in_terminal(TTY),
    ),
    "orphan": (line(GATEWAY, LAUNCHD, cgroup=""), "0", UNKNOWN),
    "Finder": (line(GATEWAY, ("Finder",), cgroup=""), "application.com.apple.finder.1", UNKNOWN),
}


@pytest.mark.parametrize(("lineage", "label", "origin"), ON_MACOS.values(), ids=ON_MACOS)
def test_origin_on_macos(lineage: tuple[Kin, ...], label: str, origin: Origin) -> None:
    assert origin_of(Traces(lineage, label=label, own_label="0", uid=501)) == origin


EXE = ("picoclaw.exe", "gateway")
SCRIPT = ("cmd.exe", "/c", r"C:\start.bat")
POWERSHELL = ("powershell.exe", "-File", r"C:\start.ps1")
EXPLORER = ("explorer.exe",)
WINDOWS_TERMINAL = ("WindowsTerminal.exe",)
ON_WINDOWS = {
    "launcher": (line(EXE, ("picoclaw-launcher.exe",), EXPLORER), by(OriginKind.LAUNCHER, 200)),
    "launcher as it is built": (
        line(EXE, ("picoclaw-launcher-windows-amd64.exe",)),
        by(OriginKind.LAUNCHER, 200),
    ),
    "launcher in a terminal": (
        line(EXE, ("picoclaw-launcher.exe", "-console"), ("cmd.exe",)),
        by(OriginKind.LAUNCHER, 200),
    ),
    "launcher and a shim": (
        line(EXE, EXE, ("picoclaw-launcher.exe",)),
        by(OriginKind.LAUNCHER, 300),
    ),
    "Flutter UI": (
        line(EXE, ("picoclaw-launcher.exe",), (WINDOWS_UI,)),
        by(OriginKind.FLUTTER_UI, 300),
    ),
    "cmd": (line(EXE, ("cmd.exe",), EXPLORER), in_terminal("cmd")),
    "cmd in capitals": (line(EXE, ("CMD.EXE",)), in_terminal("cmd")),
    "cmd that stays": (line(EXE, ("cmd.exe", "/K", "vars.bat")), in_terminal("cmd")),
    "cmd and a shim": (line(EXE, EXE, ("cmd.exe",)), in_terminal("cmd")),
    "PowerShell": (line(EXE, ("powershell.exe",)), in_terminal("powershell")),
    "PowerShell of an editor": (
        line(EXE, ("pwsh.exe", "-noexit", "-command", "."), ("Code.exe",)),
        in_terminal("pwsh"),
    ),
    "Git Bash": (line(EXE, ("bash.exe", "--login", "-i"), ("mintty.exe",)), in_terminal("bash")),
    "script in a terminal": (line(EXE, SCRIPT, ("powershell.exe",)), in_terminal("cmd")),
    "Windows Terminal": (line(EXE, POWERSHELL, WINDOWS_TERMINAL), in_terminal("powershell")),
    "Windows Terminal itself": (line(EXE, WINDOWS_TERMINAL), in_terminal("windowsterminal")),
    "double click on a script": (line(EXE, SCRIPT, EXPLORER), in_terminal("cmd")),
    "double click": (line(EXE, EXPLORER), UNKNOWN),
    "task scheduler": (line(EXE, ("svchost.exe", "-k", "netsvcs", "-p")), UNKNOWN),
    "script of the task scheduler": (line(EXE, SCRIPT, ("svchost.exe",)), UNKNOWN),
    "script whose starter is gone": (line(EXE, POWERSHELL), UNKNOWN),
    "wrapper of a service": (line(EXE, ("nssm.exe",), ("services.exe",)), UNKNOWN),
    "orphan": (line(EXE), UNKNOWN),
    "no words to read": (line(EXE, ()), UNKNOWN),
}


@pytest.mark.parametrize(("lineage", "origin"), ON_WINDOWS.values(), ids=ON_WINDOWS)
def test_origin_on_windows(lineage: tuple[Kin, ...], origin: Origin) -> None:
    without_groups = tuple(Kin(kin.pid, 0, kin.argv) for kin in lineage)

    assert origin_of(Traces(without_groups)) == origin


@pytest.mark.parametrize(
    ("device", "name"),
    [
        (0, ""),
        (0x8803, "pts/3"),
        (0x8800, "pts/0"),
        (0x10882C, "pts/300"),
        (0x0401, "tty1"),
        (0x043F, "tty63"),
        (0x0440, "ttyS0"),
        (0x0501, "5:1"),
        (0xE500, "229:0"),
    ],
)
def test_terminal_has_the_name_of_its_device(device: int, name: str) -> None:
    assert terminal_name(device) == name
