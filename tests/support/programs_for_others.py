"""The first bytes of programs that no computer of ours runs."""

from __future__ import annotations


def elf(machine: int, *, bits: int = 2, order: str = "little", system: int = 0) -> bytes:
    """A program of Linux, or of a system with this number."""
    ident = b"\x7fELF" + bytes([bits, 1 if order == "little" else 2, 1, system]) + bytes(8)
    return ident + b"".join(n.to_bytes(2, order) for n in (2, machine)) + bytes(200)  # type: ignore[arg-type]


def pe(machine: int) -> bytes:
    """A program of Windows."""
    greeting = b"MZ" + bytes(0x3A) + (0x80).to_bytes(4, "little") + bytes(0x40)
    return greeting + b"PE\0\0" + machine.to_bytes(2, "little") + bytes(200)


def mach_o(machine: int) -> bytes:
    """A program of macOS."""
    return b"\xcf\xfa\xed\xfe" + machine.to_bytes(4, "little") + bytes(200)
