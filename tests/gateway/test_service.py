"""Who owns a gateway: real group paths of the programs that make them, as a table."""

from __future__ import annotations

import pytest

from picoclaw_tray.gateway.service import (
    CONTAINERS,
    Kin,
    Service,
    ServiceManager,
    launchd_service,
    service_of,
)

ID = "0123456789ab" + "cd" * 26
SHORT = "0123456789ab"
USER = "/user.slice/user-1000.slice/user@1000.service"
TERMINAL = f"0::{USER}/app.slice/app-gnome-org.gnome.Terminal-77.scope"
MANAGER = f"0::{USER}/init.scope"
INIT = "0::/init.scope"
SHELL = ("/bin/sh", "/opt/start.sh")
GATEWAY, SCRIPT, STARTER = 300, 200, 100


def direct(path: str, starter: str = INIT, exec_pid: str | None = None) -> tuple[Kin, ...]:
    """The main process of its unit: it leads its session."""
    text = path if ":" in path.partition("/")[0] else f"0::{path}"
    return (
        Kin(GATEWAY, GATEWAY, ("picoclaw", "gateway"), text, exec_pid),
        Kin(STARTER, STARTER, ("/usr/lib/systemd/systemd",), starter),
    )


def by_script(path: str, argv: tuple[str, ...] = SHELL, starter: str = INIT) -> tuple[Kin, ...]:
    """The child of a unit's main process."""
    return (
        Kin(GATEWAY, SCRIPT, ("picoclaw", "gateway"), f"0::{path}"),
        Kin(SCRIPT, SCRIPT, argv, f"0::{path}"),
        Kin(STARTER, STARTER, ("/usr/lib/systemd/systemd",), starter),
    )


UNITS = [
    ("/system.slice/picoclaw.service", ServiceManager.SYSTEMD, "picoclaw.service"),
    (
        "/system.slice/system-picoclaw.slice/picoclaw@alice.service",
        ServiceManager.SYSTEMD,
        "picoclaw@alice.service",
    ),
    ("/system.slice/picoclaw.service/worker", ServiceManager.SYSTEMD, "picoclaw.service"),
    ("/system.slice/picoclaw.service (deleted)", ServiceManager.SYSTEMD, "picoclaw.service"),
    ("/system.slice/_cpu.service", ServiceManager.SYSTEMD, "cpu.service"),
    ("/system.slice/run-u12.service", ServiceManager.SYSTEMD, "run-u12.service"),
    (f"{USER}/app.slice/picoclaw.service", ServiceManager.SYSTEMD_USER, "picoclaw.service"),
    (f"{USER}/picoclaw.service", ServiceManager.SYSTEMD_USER, "picoclaw.service"),
    (f"{USER}/background.slice/p.service", ServiceManager.SYSTEMD_USER, "p.service"),
    (
        f"1:name=systemd:{USER}/app.slice/picoclaw.service\n0::/\n",
        ServiceManager.SYSTEMD_USER,
        "picoclaw.service",
    ),
    (
        "11:memory:/system.slice\n1:name=systemd:/system.slice/p.service\n0::/system.slice\n",
        ServiceManager.SYSTEMD,
        "p.service",
    ),
]


@pytest.mark.parametrize(("path", "manager", "unit"), UNITS)
def test_service_is_the_unit_whose_main_process_is_the_gateway(path, manager, unit):
    service = service_of(direct(path), TERMINAL)

    words = "systemctl" if manager is ServiceManager.SYSTEMD else "systemctl --user"
    assert service == Service(manager, unit, f"{words} stop {unit}", f"{words} restart {unit}")


def test_service_is_the_unit_whose_script_runs_the_gateway():
    service = service_of(by_script("/system.slice/picoclaw.service"), TERMINAL)

    assert service is not None
    assert service.unit == "picoclaw.service"


def test_service_is_quoted_in_a_command_when_a_shell_would_read_it_otherwise():
    service = service_of(direct("/system.slice/pico\\x2dclaw.service"), TERMINAL)

    assert service is not None
    assert service.stop_command == "systemctl stop 'pico\\x2dclaw.service'"


@pytest.mark.parametrize("exec_pid", [None, str(GATEWAY)])
def test_service_is_the_unit_when_systemd_says_so_or_says_nothing(exec_pid):
    lineage = direct("/system.slice/picoclaw.service", exec_pid=exec_pid)

    assert service_of(lineage, TERMINAL) is not None


NOBODYS = {
    "a session": direct("/user.slice/user-1000.slice/session-3.scope"),
    "a terminal": direct(f"{USER}/app.slice/app-org.gnome.Terminal.slice/vte-spawn-1.scope"),
    "a tab": direct(f"{USER}/app.slice/app-org.kde.konsole@1f.service/tab(77).scope"),
    "a desktop": direct(f"{USER}/app.slice/app-gnome-picoclaw\\x2dtray-2077.scope"),
    "a desktop's unit": direct(f"{USER}/app.slice/app-gnome-foo@0b1c.service", MANAGER),
    "an autostart": direct(f"{USER}/app.slice/app-picoclaw\\x2dtray@autostart.service", MANAGER),
    "D-Bus": direct(f"{USER}/app.slice/dbus-:1.2-org.gnome.Console@0.service", MANAGER),
    "the user instance": direct(f"{USER}/init.scope"),
    "the user instance itself": direct(USER),
    "a slice": direct("/system.slice"),
    "the root": direct("/"),
    "init": direct("/init.scope"),
    "a group of a stranger": direct("/process_api/0123"),
    "systemd-run --scope": direct("/system.slice/run-r1.scope"),
    "an odd name": direct("/system.slice/$(reboot).service"),
    "nothing readable": direct(""),
    "no lines of cgroups": direct("1:garbage"),
    "an unreadable starter": direct("/system.slice/p.service", starter=""),
    "a supervisor's unit": direct("/system.slice/cron.service", "0::/system.slice/cron.service"),
    "a child of a unit": by_script("/system.slice/emacs.service", ("emacs", "--daemon")),
    "a child without words": by_script("/system.slice/emacs.service", ()),
    "a shell in a unit": by_script("/system.slice/t.service", starter="0::/system.slice/t.service"),
    "a background job": (Kin(GATEWAY, 50, (), "0::/system.slice/p.service"), *direct("/")[1:]),
    "a daemon of a unit": direct("/system.slice/sway.service", exec_pid="50"),
    "an orphan of a job": direct("/system.slice/p.service")[:1],
}


@pytest.mark.parametrize("lineage", NOBODYS.values(), ids=NOBODYS)
def test_service_is_none_when_nothing_is_proven(lineage):
    assert service_of(lineage, "0::/user.slice/user-1000.slice/session-9.scope") is None


def test_service_is_none_without_a_process():
    assert service_of((), TERMINAL) is None


@pytest.mark.parametrize(
    ("theirs", "own"),
    [
        ("/system.slice/vnc.service", "/system.slice/vnc.service"),
        ("/system.slice/vnc.service/gateway", "/system.slice/vnc.service/tray"),
        (f"/docker/{ID}", f"/docker/{ID}"),
        (f"/docker/{ID}/gateway", f"/docker/{ID}/tray"),
        (f"/system.slice/docker-{ID}.scope", f"/system.slice/docker-{ID}.scope"),
        ("/lxc/desk/session-1.scope", "/lxc/desk/session-2.scope"),
        ("/", "/"),
    ],
)
def test_service_is_none_when_we_are_part_of_it_too(theirs, own):
    assert service_of(direct(theirs), f"0::{own}") is None


def test_service_is_the_unit_inside_the_container_in_which_we_are_too():
    inside = "/lxc.payload.desk/system.slice/picoclaw.service"

    service = service_of(direct(inside), "0::/lxc.payload.desk/user.slice/session-1.scope")

    assert service is not None
    assert service.stop_command == "systemctl stop picoclaw.service"


def test_service_is_the_container_whatever_unit_is_in_it():
    service = service_of(direct("/lxc.payload.desk/system.slice/picoclaw.service"), TERMINAL)

    assert service == Service(ServiceManager.LXC, "desk", "lxc-stop -n desk", "lxc-stop -r -n desk")


IN_CONTAINERS = [
    (f"/docker/{ID}", "docker stop"),
    (f"/system.slice/docker-{ID}.scope", "docker stop"),
    (f"{USER}/user.slice/docker-{ID}.scope", "docker stop"),
    (f"/docker/{ID}/docker/{'f' * 64}", "docker stop"),
    (
        f"12:pids:/docker/{ID}\n1:name=systemd:/docker/{ID}\n0::/system.slice/c.service",
        "docker stop",
    ),
    (f"12:pids:/docker/{ID}\n4:memory:/docker/{ID}\n0::/", "docker stop"),
    (f"/machine.slice/libpod-{ID}.scope/container", "podman stop"),
    (f"/libpod_parent/libpod-{ID}", "podman stop"),
    (f"{USER}/user.slice/libpod-{ID}.scope/container", "podman stop"),
    (f"/default/{ID}", "nerdctl stop"),
    (f"/system.slice/nerdctl-{ID}.scope", "nerdctl stop"),
]


@pytest.mark.parametrize(("path", "command"), IN_CONTAINERS)
def test_service_is_the_container_that_the_gateway_runs_in(path, command):
    service = service_of(direct(path, starter=""), TERMINAL)

    assert service is not None
    assert (service.unit, service.stop_command) == (SHORT, f"{command} {SHORT}")
    assert service.restart_command == f"{command} {SHORT}".replace("stop", "restart")


@pytest.mark.parametrize(
    "path",
    [
        f"/kubepods/besteffort/pod2b1e/{ID}",
        f"/kubepods.slice/kubepods-pod2b1e.slice/cri-containerd-{ID}.scope",
        f"/kubepods.slice/kubepods-burstable.slice/k-pod2b1e.slice/crio-{ID}.scope",
        f"/kubepods/pod2b1e/docker-{ID}.scope",
    ],
)
def test_service_of_a_pod_has_no_command_as_its_name_is_not_known(path):
    service = service_of(direct(path), TERMINAL)

    assert service == Service(ServiceManager.KUBERNETES, SHORT)


@pytest.mark.parametrize("path", ["/lxc/desk", "/lxc.payload/desk", "/lxc.payload.desk/init.scope"])
def test_service_is_the_system_container_by_its_name(path):
    service = service_of(direct(path), TERMINAL)

    assert service is not None
    assert (service.manager, service.unit) == (ServiceManager.LXC, "desk")


@pytest.mark.parametrize(
    "path",
    [
        "/machine.slice/machine-desk.scope/payload/system.slice/picoclaw.service",
        "/machine.slice/systemd-nspawn@desk.service/payload/system.slice/picoclaw.service",
    ],
)
def test_service_is_the_machine_by_its_name(path):
    service = service_of(direct(path), TERMINAL)

    assert service is not None
    assert service.stop_command == "machinectl poweroff desk"


@pytest.mark.parametrize(
    ("path", "command"),
    [
        (f"/system.slice/pico.service/libpod-payload-{ID}", "systemctl stop pico.service"),
        (
            f"{USER}/app.slice/pico.service/libpod-payload-{ID}",
            "systemctl --user stop pico.service",
        ),
    ],
)
def test_service_is_the_unit_that_a_container_is(path, command):
    service = service_of(direct(path, starter=""), TERMINAL)

    assert service is not None
    assert service.stop_command == command


SUPERVISED = [
    (("runsv", "picoclaw"), ServiceManager.RUNIT, "sv stop picoclaw"),
    (("/usr/bin/runsv", "picoclaw"), ServiceManager.RUNIT, "sv stop picoclaw"),
    (
        ("supervise-daemon", "picoclaw", "--start"),
        ServiceManager.OPENRC,
        "rc-service picoclaw stop",
    ),
]


@pytest.mark.parametrize(("argv", "manager", "command"), SUPERVISED)
@pytest.mark.parametrize("script", [(), (Kin(SCRIPT, 1, SHELL),)])
def test_service_is_what_a_small_supervisor_says(argv, manager, command, script):
    lineage = (Kin(GATEWAY, 1, ("picoclaw", "gateway")), *script, Kin(STARTER, 1, argv))

    service = service_of(lineage, TERMINAL)

    assert service is not None
    assert (service.manager, service.unit, service.stop_command) == (manager, "picoclaw", command)


@pytest.mark.parametrize("argv", [("runsv",), ("runsv", "; reboot"), ("sleep", "picoclaw"), ()])
def test_service_is_none_when_no_supervisor_says_its_name(argv):
    lineage = (Kin(GATEWAY, 1), Kin(SCRIPT, 1, SHELL), Kin(STARTER, 1, argv))

    assert service_of(lineage, TERMINAL) is None


# -- macOS ----------------------------------------------------------------------------------------


def test_job_of_a_user_is_stopped_in_its_session():
    assert launchd_service("com.example.picoclaw", "0", 501) == Service(
        ServiceManager.LAUNCHD,
        "com.example.picoclaw",
        "launchctl bootout gui/501/com.example.picoclaw",
        "launchctl kickstart -k gui/501/com.example.picoclaw",
    )


def test_job_of_root_is_stopped_in_the_system():
    service = launchd_service("com.example.picoclaw", "", 0)

    assert service is not None
    assert service.stop_command == "launchctl bootout system/com.example.picoclaw"


def test_job_of_homebrew_is_stopped_by_homebrew():
    service = launchd_service("homebrew.mxcl.picoclaw", "0", 501)

    assert service is not None
    assert service.stop_command == "brew services stop picoclaw"
    assert service.restart_command == "brew services restart picoclaw"


@pytest.mark.parametrize(
    ("label", "own"),
    [
        ("", "0"),
        ("0", ""),
        ("application.com.apple.Terminal.1.2", "0"),
        ("com.example.tray", "com.example.tray"),
        ("a;reboot", "0"),
    ],
)
def test_job_is_none_when_a_person_started_it(label, own):
    assert launchd_service(label, own, 501) is None


def test_containers_are_managers():
    assert set(ServiceManager) > CONTAINERS
