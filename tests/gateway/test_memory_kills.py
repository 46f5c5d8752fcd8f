from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.memory_kills import (
    MemoryCounters,
    MemoryKills,
    counter_files,
    group_kills,
    machine_kills,
    memory_kills,
)

V2 = "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate"
V1 = "31 23 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory"
V1_CPU = "32 23 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct"
UNIFIED = "33 23 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw"
ROOT = "23 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw"


@pytest.mark.parametrize(
    ("before", "after", "kills"),
    [
        ((), (), MemoryKills.UNKNOWN),
        ((3,), (3,), MemoryKills.NONE),
        ((3,), (4,), MemoryKills.ON_MACHINE),
        ((4,), (3,), MemoryKills.UNKNOWN),
        ((3,), (), MemoryKills.UNKNOWN),
        ((3, 0, 0), (3, 0, 0), MemoryKills.NONE),
        ((3, 0, 0), (9, 0, 0), MemoryKills.NONE),
        ((3, 0, 0), (4, 1, 0), MemoryKills.IN_GROUP),
        ((3, 0, 0), (4, 1, 1), MemoryKills.BY_LIMIT),
        ((3, 0, None), (4, 1, None), MemoryKills.IN_GROUP),
        ((3, 0, 0), (4, None, None), MemoryKills.ON_MACHINE),
        ((3, 0, 0), (3, None, None), MemoryKills.NONE),
        ((3, 5, 5), (4, 1, 1), MemoryKills.ON_MACHINE),
        ((None, 0, 0), (None, 1, 1), MemoryKills.BY_LIMIT),
        ((None, 5, 5), (None, 0, 0), MemoryKills.UNKNOWN),
    ],
)
def test_kills_are_told_by_the_most_telling_counter(before, after, kills):
    assert memory_kills(MemoryCounters(*before), MemoryCounters(*after)) is kills


@pytest.mark.parametrize("kills", MemoryKills)
def test_kills_are_in_the_group_when_its_own_counter_says_so(kills):
    assert kills.in_group is (kills in {MemoryKills.IN_GROUP, MemoryKills.BY_LIMIT})


@pytest.mark.parametrize(
    ("vmstat", "kills"),
    [
        ("nr_free_pages 7\noom_kill 3\npgfault 9\n", 3),
        ("oom_kill 18446744073709551615", 18446744073709551615),
        ("nr_free_pages 7\n", None),
        ("oom_kill\noom_kill x\noom_kill -1\noom_kill 1 2\noom_kill ²\n", None),
        ("", None),
    ],
)
def test_machine_kills_are_read_from_vmstat(vmstat, kills):
    assert machine_kills(vmstat) == kills


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ("low 0\nhigh 0\nmax 5\noom 2\noom_kill 1\noom_group_kill 0\n", (1, 2)),
        ("oom 2\noom_kill 3\noom_group_kill 1\n", (4, 2)),
        ("oom_kill 1", (1, None)),
        ("oom_kill_disable 0\nunder_oom 0\noom_kill 6\n", (6, None)),
        ("oom_kill_disable 0\nunder_oom 0\n", (None, None)),
        ("low 0\nhigh 0\nmax 5\noom 2\n", (None, 2)),
        ("", (None, None)),
    ],
    ids=["v2", "group", "cut", "v1", "old v1", "old v2", "empty"],
)
def test_group_kills_are_read_from_either_version(events, found):
    assert group_kills(events) == found


@pytest.mark.parametrize(
    ("cgroup", "mountinfo", "files"),
    [
        (
            "0::/user.slice/app.scope\n",
            [ROOT, V2],
            ["/sys/fs/cgroup/user.slice/app.scope/memory.events"],
        ),
        ("0::/\n", [V2], ["/sys/fs/cgroup/memory.events"]),
        (
            "4:memory:/x\n0::/\n",
            [V1, UNIFIED],
            [
                "/sys/fs/cgroup/memory/x/memory.oom_control",
                "/sys/fs/cgroup/unified/memory.events",
            ],
        ),
        ("5:cpu,memory:/x\n", [V1_CPU, V1], ["/sys/fs/cgroup/memory/x/memory.oom_control"]),
        ("4:cpu:/x\n", [V1], []),
        (
            "4:memory:/docker/1/x\n",
            [V1.replace(" / ", " /docker/1 ", 1)],
            ["/sys/fs/cgroup/memory/x/memory.oom_control"],
        ),
        (
            "0::/docker/1\n",
            [V2.replace(" / ", " /docker/1 ", 1)],
            ["/sys/fs/cgroup/memory.events"],
        ),
        ("0::/docker/12\n", [V2.replace(" / ", " /docker/1 ", 1)], []),
        (
            "0::/a:b\n",
            [V2.replace("/sys/fs", r"/sys/my\040fs")],
            ["/sys/my fs/cgroup/a:b/memory.events"],
        ),
        ("0::/x\n", [V2, V2], ["/sys/fs/cgroup/x/memory.events"]),
        ("0::x\nodd\n\n", [V2], []),
        ("", [V2, V1], []),
        ("0::/x\n", ["", "-", "1 2 3 - cgroup2 a b", "29 23 0:26 / /m rw - cgroup2", "odd"], []),
    ],
    ids=[
        *("v2", "root", "both", "with cpu", "no memory", "v1 below", "v2 below", "not below"),
        *("escaped", "twice", "odd group", "no group", "odd mounts"),
    ],
)
def test_counter_files_are_those_of_the_group(cgroup, mountinfo, files):
    found = counter_files(cgroup, "\n".join(mountinfo))

    assert [file for file in found if not file.endswith(".local")] == files
    assert [f"{file}.local" for file in files if file.endswith(".events")] == [
        file for file in found if file.endswith(".local")
    ]


@given(
    st.text(st.characters(exclude_characters="_")),
    st.text() | st.lists(st.sampled_from([V1, V2, "-", " - "])).map("\n".join),
)
def test_any_text_is_read_without_an_error(one, other):
    assert isinstance(counter_files(one, other), tuple)
    assert machine_kills(one) is None
    assert len(group_kills(other)) == 2
