"""What a release of PicoClaw can do, and from which one on it is supported (contract 14.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from picoclaw_tray.text import QT_TRANSLATE_NOOP, text

if TYPE_CHECKING:
    from picoclaw_tray.text import Text

SUPPORTED_FROM = "0.2.6"

_CANNOT_BE_STARTED = QT_TRANSLATE_NOOP(
    "Release",
    "PicoClaw {version} cannot be started from here: it does not know the option -E yet. "
    "Update PicoClaw to {needed} or newer.",
)
_CANNOT_BE_RECOGNISED = QT_TRANSLATE_NOOP(
    "Release",
    "PicoClaw {version} writes no PID file, so a gateway that is running already cannot be "
    "recognised. Update PicoClaw to {needed} or newer.",
)
_IS_LIMITED = QT_TRANSLATE_NOOP(
    "Release",
    "PicoClaw {version} does not tell its PID when it is asked for its health, so a gateway is "
    "recognised by its PID file and its command line alone. Update PicoClaw to {needed} or newer.",
)


@dataclass(frozen=True, slots=True)
class Release:
    """What a gateway of one release can do.

    Attributes:
        writes_pid_file: without one nothing tells whose a running gateway is.
        allows_empty: ``-E`` exists; before, it is a usage error.
        takes_host: ``--host`` exists.
        can_reload: ``POST /reload`` takes the token of the PID file, and who would get it can be
            made sure of (v0.2.5 does not tell its PID).
        schema: newest version of the config that it knows; None: not known.
        says_pid: ``/health`` carries the PID.
        rejects_unknown_keys: they make loading a config fail.
        checks_chat: the default model has to be usable for chat, and whatever else of contract 5
            and 6 is marked H.
        is_supported: fully.
        ready_works: ``/ready`` tells the truth, and a PID file is checked for whose it is.
    """

    writes_pid_file: bool = False
    allows_empty: bool = False
    takes_host: bool = False
    can_reload: bool = False
    schema: int | None = None
    says_pid: bool = False
    rejects_unknown_keys: bool = False
    checks_chat: bool = False
    is_supported: bool = False
    ready_works: bool = False


_Number: TypeAlias = tuple[int, int, int]

_BEFORE = Release()
_0_2_3 = replace(_BEFORE, allows_empty=True)
_0_2_4 = replace(_0_2_3, schema=1)
_0_2_5 = replace(_0_2_4, writes_pid_file=True, schema=2)
_0_2_6 = replace(_0_2_5, says_pid=True, can_reload=True, is_supported=True)
_0_2_7 = replace(_0_2_6, takes_host=True, schema=3)
_0_2_8 = replace(_0_2_7, rejects_unknown_keys=True)
_0_2_9 = replace(_0_2_8, checks_chat=True)
NEWEST = replace(_0_2_9, ready_works=True)
"""The nightly build after v0.2.9; stands for every version that says nothing else."""

_RELEASES: tuple[tuple[_Number, Release], ...] = (
    ((0, 2, 9), _0_2_9),
    ((0, 2, 8), _0_2_8),
    ((0, 2, 7), _0_2_7),
    ((0, 2, 6), _0_2_6),
    ((0, 2, 5), _0_2_5),
    ((0, 2, 4), _0_2_4),
    ((0, 2, 3), _0_2_3),
)
_LAST = _RELEASES[0][0]

# A number, and what "git describe" or a nightly build appends: commits made after that release.
_VERSION = re.compile(
    r"v?([0-9]{1,9})\.([0-9]{1,9})\.([0-9]{1,9})(?:[-+]([0-9A-Za-z.+_-]{1,100}))?"
)


def release_of(version: str) -> Release:
    """What a gateway of that version can do, at least.

    Commits after a release may already do what the next one does, so only what the release itself
    can is sure. A nightly build after the last release is that of today. A version without a number
    was built by somebody who knows how to, most likely from the newest state.

    Args:
        version: as ``picoclaw version`` prints it; may be anything.
    """
    number, suffix = _parts(version)
    if number is None or number > _LAST or (number == _LAST and "nightly" in suffix):
        return NEWEST
    return next((release for since, release in _RELEASES if number >= since), _BEFORE)


def objection(version: str) -> Text | None:
    """What is to be said against a release that is too old, with the next step; None: nothing."""
    release = release_of(version)
    if release.is_supported:
        return None
    if not release.allows_empty:
        template = _CANNOT_BE_STARTED
    elif not release.writes_pid_file:
        template = _CANNOT_BE_RECOGNISED
    else:
        template = _IS_LIMITED
    return text(template, version=version.removeprefix("v"), needed=SUPPORTED_FROM)


def _parts(version: str) -> tuple[_Number | None, str]:
    """Number and suffix; None if it has no number."""
    match = _VERSION.fullmatch(version)
    if match is None:
        return None, ""
    major, minor, patch, suffix = match.groups(default="")
    return (int(major), int(minor), int(patch)), suffix
