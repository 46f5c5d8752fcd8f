from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.release import (
    NEWEST,
    SUPPORTED_FROM,
    Release,
    objection,
    release_of,
)
from picoclaw_tray.presentation.text import render

ABILITIES = {
    "0.2.2": (),
    "0.2.3": ("allows_empty",),
    "0.2.4": (),
    "0.2.5": ("writes_pid_file",),
    "0.2.6": ("says_pid", "can_reload", "is_supported"),
    "0.2.7": ("takes_host",),
    "0.2.8": ("rejects_unknown_keys",),
    "0.2.9": ("checks_chat",),
    "nightly": ("ready_works",),
}
"""What each release added to the one before."""

SCHEMAS = {
    "0.2.2": None,
    "0.2.3": None,
    "0.2.4": 1,
    "0.2.5": 2,
    "0.2.6": 2,
    "0.2.7": 3,
    "0.2.8": 3,
    "0.2.9": 3,
    "nightly": 3,
}


def test_release_can_what_the_ones_before_can_and_more():
    expected: set[str] = set()
    for version, added in ABILITIES.items():
        expected |= set(added)
        release = release_of(version)
        names = {name for name in Release.__slots__ if getattr(release, name) is True}

        assert names == expected, version


@pytest.mark.parametrize(("version", "schema"), SCHEMAS.items())
def test_release_knows_a_schema(version, schema):
    assert release_of(version).schema == schema


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("v0.2.9", "0.2.9"),
        ("v0.2.9-14-gabcdef12", "0.2.9"),
        ("v0.2.9-dirty", "0.2.9"),
        ("v0.2.7-3-gabcdef12", "0.2.7"),
        ("0.2.8+build.1", "0.2.8"),
        ("v0.2.7-nightly.20260425.abcdef1", "0.2.7"),
        ("0.1.99", "0.2.2"),
        ("0.0.0", "0.2.2"),
    ],
)
def test_release_of_a_version_is_the_one_it_was_made_from(version, release):
    assert release_of(version) == release_of(release)
    assert release_of(version) != NEWEST


@pytest.mark.parametrize(
    "version",
    [
        "",
        "dev",
        "demo-1",
        "nightly",
        "nightly-13-gcf67dd385",
        "v0.2.9-nightly.20260613.cf67dd38",
        "cf67dd385",
        "0123456",
        "0.2.10",
        "v0.2.10-2-gabcdef12",
        "0.3.0",
        "1.0.0",
        "0.2",
        "0.2.5.1",
        "0.2.5 ",
        "0.2.5\n",
        "٠.٢.٥",
        "0.2." + "9" * 5000,
    ],
)
def test_release_is_the_newest_when_the_version_says_nothing_else(version):
    assert release_of(version) == NEWEST
    assert objection(version) is None


@given(st.text() | st.from_regex(r"v?[0-9]+\.[0-9]+\.[0-9]+.*"))
def test_release_of_anything_is_a_release(version):
    release = release_of(version)

    assert isinstance(release, Release)
    assert (objection(version) is None) == release.is_supported


@given(*[st.tuples(*[st.integers(0, 12)] * 3)] * 2)
def test_later_release_can_no_less(one, other):
    earlier, later = (release_of("{}.{}.{}".format(*number)) for number in sorted((one, other)))

    for name in Release.__slots__:
        assert (getattr(earlier, name) or 0) <= (getattr(later, name) or 0)


def test_support_begins_with_the_release_that_is_named():
    assert release_of(SUPPORTED_FROM).is_supported
    assert objection(SUPPORTED_FROM) is None


@pytest.mark.parametrize(
    ("version", "named", "why"),
    [
        ("0.1.0", "PicoClaw 0.1.0 ", "cannot be started"),
        ("v0.2.2", "PicoClaw 0.2.2 ", "cannot be started"),
        ("0.2.3", "PicoClaw 0.2.3 ", "no PID file"),
        ("v0.2.4-7-gabcdef12", "PicoClaw 0.2.4-7-gabcdef12 ", "no PID file"),
        ("0.2.5", "PicoClaw 0.2.5 ", "by its PID file and its command line alone"),
    ],
)
def test_objection_names_both_versions_and_the_next_step(version, named, why):
    said = objection(version)

    assert said is not None
    sentence = render(said)
    assert sentence.startswith(named)
    assert why in sentence
    assert sentence.endswith("Update PicoClaw to 0.2.6 or newer.")
