"""What kind of program a file is, by its first bytes; for a sentence when it could not be run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

HEAD_BYTES: Final = 4096
"""The header of a program of Windows begins after a greeting of DOS."""


@dataclass(frozen=True, slots=True)
class Script:
    """Text for an interpreter; its path as it stands there, control characters made visible."""

    interpreter: str


@dataclass(frozen=True, slots=True)
class Binary:
    """Code for a machine.

    Attributes:
        machine: Empty if it is not one of those we know.
        loader: The program that loads it with its libraries; empty if it needs none, or if the
            beginning of the file does not tell.
    """

    system: str
    machine: str
    loader: str = ""


_SYSTEMS: Final = {"linux": "Linux", "darwin": "macOS", "win32": "Windows"}
_MACHINES: Final = {
    "amd64": "x86_64",
    "aarch64": "arm64",
    "i386": "x86",
    "i686": "x86",
    "armv6l": "arm",
    "armv7l": "arm",
}
_ELF_SYSTEMS: Final = {2: "NetBSD", 9: "FreeBSD", 12: "OpenBSD"}
_ELF_MACHINES: Final = {
    3: "x86",
    8: "mips",
    21: "ppc64",
    22: "s390x",
    40: "arm",
    62: "x86_64",
    183: "arm64",
    243: "riscv64",
    258: "loongarch64",
}
_MACH_MACHINES: Final = {0x01000007: "x86_64", 0x0100000C: "arm64"}
_PE_MACHINES: Final = {0x014C: "x86", 0x8664: "x86_64", 0xAA64: "arm64"}
_BIG_ENDIAN: Final = 2
_ELF_64: Final = 2
_PT_INTERP: Final = 3
_VISIBLE: Final = {code: 0x2400 + code for code in range(0x20)}


def program_kind(head: bytes) -> Script | Binary | None:
    """What the beginning of a file says; None if it is none of the programs that we know."""
    if head.startswith(b"#!"):
        words = head[2:].split(b"\n", 1)[0].strip(b" \t").split(b" ", 1)
        return Script(words[0].decode("utf-8", "replace").translate(_VISIBLE))
    if head.startswith(b"\x7fELF"):
        is_big = head[5:6] == bytes([_BIG_ENDIAN])
        machine = _ELF_MACHINES.get(int.from_bytes(head[18:20], "big" if is_big else "little"), "")
        system = _ELF_SYSTEMS.get(int.from_bytes(head[7:8], "little"), "Linux")
        return Binary(system, machine, _elf_loader(head, "big" if is_big else "little"))
    if head.startswith(b"\xcf\xfa\xed\xfe"):
        machine = _MACH_MACHINES.get(int.from_bytes(head[4:8], "little"), "")
        return Binary("macOS", machine)
    if head.startswith(b"MZ"):
        return _windows_program(head)
    return None


def this_computer(platform: str, machine: str) -> Binary:
    """What runs here, in the same words.

    Args:
        platform: As in ``sys.platform``.
        machine: As ``platform.machine()`` says.
    """
    return Binary(_SYSTEMS.get(platform, platform), _MACHINES.get(machine.lower(), machine.lower()))


def is_made_for(binary: Binary, computer: Binary) -> bool:
    """Whether it is for a computer like this, as far as that can be told."""
    same_machine = not binary.machine or binary.machine == computer.machine
    return binary.system == computer.system and same_machine


def _elf_loader(head: bytes, order: Literal["big", "little"]) -> str:
    """The path in the segment ``PT_INTERP`` (elf(5))."""
    is_64 = head[4:5] == bytes([_ELF_64])
    table, entry, number = (0x20, 0x36, 0x38) if is_64 else (0x1C, 0x2A, 0x2C)
    offset, size = (8, 32) if is_64 else (4, 16)
    width = 8 if is_64 else 4

    def word(at: int, wide: int) -> int:
        return int.from_bytes(head[at : at + wide], order)

    start, step = word(table, width), word(entry, 2)
    for segment in range(start, min(start + step * word(number, 2), len(head)), step or 1):
        if word(segment, 4) == _PT_INTERP:
            at, length = word(segment + offset, width), word(segment + size, width)
            return head[at : at + length].rstrip(b"\0").decode("utf-8", "replace")
    return ""


def _windows_program(head: bytes) -> Binary:
    start = int.from_bytes(head[0x3C:0x40], "little")
    header = head[start : start + 6]
    known = header.startswith(b"PE\0\0")
    return Binary(
        "Windows", _PE_MACHINES.get(int.from_bytes(header[4:], "little"), "") if known else ""
    )
