"""Reads what ``picoclaw version`` prints (contract 4.3; vectors B.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_OUTPUT_BYTES = 64 * 1024
"""More of an output is not looked at."""

_MAX_VALUE = 100
_SGR = re.compile(r"\x1b\[[0-9;:]*m")
# On a wide terminal the lines stand in a box.
_EDGE = " \t\r\v\f|" + "".join(map(chr, range(0x2500, 0x2580)))
_LINE = re.compile(
    rf"[^0-9A-Za-z]*picoclaw(?:\.exe)?\s+([^\s(]{{1,{_MAX_VALUE}}})"
    rf"(?:\s*\(git: ([^)]{{1,{_MAX_VALUE}}})\))?",
    re.ASCII,
)
# Others are headings, such as "picoclaw Status".
_TOKEN = re.compile(r"dev|[0-9a-fA-F]{7,40}|.*[0-9].*")


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """What a gateway says about itself; empty where it says nothing.

    Attributes:
        version: ``0.2.9``, ``v0.2.9-14-gabcdef12``, a bare commit hash, or ``dev``.
        commit: a short hash.
        build: when it was built, in more than one form; or ``dev``.
        go: of which version, such as ``go1.25.9``.
    """

    version: str
    commit: str = ""
    build: str = ""
    go: str = ""


def parse_version(output: bytes) -> VersionInfo | None:
    """The version in the output of the command, behind its banner; None: there is none."""
    if len(output) > MAX_OUTPUT_BYTES:  # half of a version would be a wrong one
        output = output[:MAX_OUTPUT_BYTES].rpartition(b"\n")[0]
    text = output.decode("utf-8", "replace")
    lines = [line.strip(_EDGE) for line in _SGR.sub("", text).split("\n")]
    for index, line in enumerate(lines):
        match = _LINE.fullmatch(line)
        if match and _TOKEN.fullmatch(match[1]):
            rest = lines[index + 1 :]
            return VersionInfo(
                version=match[1],
                commit=(match[2] or "").strip(),
                build=_value("Build:", rest),
                go=_value("Go:", rest),
            )
    return None


def _value(label: str, lines: list[str]) -> str:
    """What follows the label in the first line that begins with it."""
    line = next((line for line in lines if line.startswith(label)), label)
    return line.removeprefix(label).strip()[:_MAX_VALUE]
