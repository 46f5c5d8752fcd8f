from __future__ import annotations

import os
import time
from dataclasses import replace

import psutil
import pytest

from picoclaw_tray.gateway.command_line import GatewayCommand
from picoclaw_tray.lifecycle.state import ProcessKey
from picoclaw_tray.system import processes
from picoclaw_tray.system.process_key import key_of
from tests.support.processes import sleeper, tree_of_children

pytestmark = pytest.mark.skipif(os.name == "nt", reason="other operating system")

NO_PID = 2**31 - 1
PICOCLAW = GatewayCommand("picoclaw")
GATEWAY = ("/opt/picoclaw", "gateway", "-E")


def test_facts_of_tell_what_a_process_is(tmp_path):
    with sleeper(GATEWAY, folder=tmp_path, environment={"PICOCLAW_HOME": "/h"}) as process:
        facts = processes.facts_of(process.pid, "/h")

        assert facts is not None
        assert ProcessKey(facts.pid, facts.created) == process.key
        assert facts.argv == GATEWAY
        assert not facts.zombie
        assert facts.started_at == pytest.approx(time.time(), abs=30)


def test_facts_of_nobody_are_none():
    assert processes.facts_of(NO_PID, "/h") is None


def test_facts_of_a_zombie_say_so():
    with sleeper() as process:
        process.become_zombie()

        facts = processes.facts_of(process.pid, "/h")

    assert facts is not None
    assert facts.zombie
    assert (facts.argv, facts.in_home) == (None, None)


def test_facts_of_any_process_can_be_had():
    for pid in psutil.pids():
        facts = processes.facts_of(pid, "/h")
        assert facts is None or facts.pid == pid


@pytest.mark.parametrize(
    ("environment", "in_home"),
    [
        ({"PICOCLAW_HOME": "{tmp}/served"}, True),
        ({"PICOCLAW_HOME": "{tmp}/link"}, True),
        ({"PICOCLAW_HOME": "served"}, True),
        ({"PICOCLAW_HOME": "{tmp}/other", "HOME": "{tmp}"}, False),
        ({"HOME": "{tmp}"}, False),
        ({}, None),
    ],
    ids=["absolute", "link", "relative", "other", "user home", "unknown"],
)
def test_facts_of_tell_the_home_by_the_environment(tmp_path, environment, in_home):
    home = tmp_path / "served"
    home.mkdir()
    (tmp_path / "link").symlink_to(home)
    environment = {name: value.format(tmp=tmp_path) for name, value in environment.items()}
    with sleeper(GATEWAY, folder=tmp_path, environment=environment) as process:
        facts = processes.facts_of(process.pid, str(home))

    assert facts is not None
    assert facts.in_home is in_home


def test_facts_of_tell_the_home_when_the_default_one_is_a_link(tmp_path):
    home = tmp_path / "elsewhere"
    home.mkdir()
    (tmp_path / ".picoclaw").symlink_to(home)
    with sleeper(GATEWAY, folder=tmp_path, environment={"HOME": str(tmp_path)}) as process:
        facts = processes.facts_of(process.pid, str(tmp_path / ".picoclaw"))

    assert facts is not None
    assert facts.in_home is True


def test_facts_of_tell_the_home_by_the_open_log(tmp_path):
    log = tmp_path / "logs" / "gateway.log"
    log.parent.mkdir()
    with log.open("wb"):
        facts = processes.facts_of(os.getpid(), str(tmp_path))

    assert facts is not None
    assert facts.in_home is True


def test_is_alive_knows_a_running_process():
    with sleeper() as process:
        assert processes.is_alive(process.key)


def test_is_alive_denies_a_zombie():
    with sleeper() as process:
        process.become_zombie()

        assert not processes.is_alive(process.key)


def test_is_alive_denies_another_process_with_the_same_number():
    with sleeper() as process:
        assert not processes.is_alive(replace(process.key, created="another"))


def test_survivors_are_those_that_still_run():
    with sleeper() as first, sleeper() as second:
        tree = (first.key, second.key)
        first.become_zombie()

        assert processes.survivors(tree) == (second.pid,)


@pytest.mark.linux
@pytest.mark.macos
@pytest.mark.parametrize("reaped", [False, True])
def test_survivors_are_also_those_of_the_session_that_a_dead_leader_led(reaped):
    with tree_of_children() as tree:
        key = tree.leader.key
        tree.leader.become_zombie()
        if reaped:
            tree.leader.wait()

        assert set(processes.survivors((key,))) == {relative.pid for relative in tree.offspring}


@pytest.mark.linux
@pytest.mark.macos
def test_survivors_are_nobody_of_a_session_while_its_leader_lives_or_after_another_process():
    with tree_of_children() as tree, sleeper() as other:
        assert processes.survivors((tree.leader.key,)) == (tree.leader.pid,)
        assert processes.survivors((replace(other.key, created="another"),)) == ()


def test_descendants_are_children_and_the_session():
    with tree_of_children() as tree:
        assert set(processes.descendants(tree.leader.key)) == set(tree.offspring)


@pytest.mark.parametrize("reaped", [False, True])
def test_descendants_are_found_after_the_leader_died(reaped):
    with tree_of_children() as tree:
        key = tree.leader.key
        tree.leader.become_zombie()
        if reaped:
            tree.leader.wait()

        assert set(processes.descendants(key)) == set(tree.offspring)


def test_descendants_of_another_process_with_the_same_number_are_none():
    with tree_of_children() as tree:
        assert processes.descendants(replace(tree.leader.key, created="another")) == ()


def test_descendants_are_never_ourselves():
    parent = key_of(os.getppid())
    assert parent is not None
    with sleeper() as process:
        found = processes.descendants(parent)

        assert os.getpid() not in {key.pid for key in found}
        assert process.key not in found


def test_descendants_leave_out_zombies():
    ours = key_of(os.getpid())
    assert ours is not None
    with sleeper() as process:
        assert process.key in processes.descendants(ours)
        process.become_zombie()

        assert process.key not in processes.descendants(ours)


def test_gateways_of_home_are_only_those_of_this_home(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    command = ("/opt/picoclaw", "gateway")
    with (
        sleeper(command, folder=here, environment={"PICOCLAW_HOME": str(here)}) as ours,
        sleeper(command, folder=there, environment={"PICOCLAW_HOME": str(there)}),
        sleeper(("/x", "gateway"), folder=here, environment={"PICOCLAW_HOME": str(here)}),
    ):
        found = processes.gateways_of_home(str(here), PICOCLAW)

    assert [facts.pid for facts in found] == [ours.pid]


def test_gateways_of_home_leave_out_zombies(tmp_path):
    environment = {"PICOCLAW_HOME": str(tmp_path)}
    with sleeper(GATEWAY, folder=tmp_path, environment=environment) as process:
        process.become_zombie()

        assert processes.gateways_of_home(str(tmp_path), PICOCLAW) == ()


def test_is_our_users_is_true_for_ourselves():
    assert processes.is_our_users(psutil.Process())


def test_home_served_by_a_process_is_absolute_and_without_links(tmp_path):
    home = tmp_path / "served"
    home.mkdir()
    (tmp_path / "link").symlink_to(home)
    environment = {"PICOCLAW_HOME": "link"}
    with sleeper(GATEWAY, folder=tmp_path, environment=environment) as process:
        assert processes.home_served_by(process.pid) == os.path.realpath(home)


def test_home_served_by_nobody_cannot_be_told():
    assert processes.home_served_by(NO_PID) is None
    assert processes.program_of(NO_PID) == ("", None)


def test_program_of_a_process_is_its_file(tmp_path):
    with sleeper(GATEWAY, folder=tmp_path) as process:
        path, argv = processes.program_of(process.pid)

        assert path == psutil.Process(process.pid).exe()
        assert argv == GATEWAY
