"""The first bytes of programs that no computer of ours runs."""

from __future__ import annotations

from typing import Literal


def elf_with_loader(
    loader: str, *, bits: int = 64, order: Literal["big", "little"] = "little"
) -> bytes:
    """A program of Linux for any machine, whose second segment names its loader (elf(5))."""
    is_64 = bits == 64
    ident = b"\x7fELF" + bytes([2 if is_64 else 1, 1 if order == "little" else 2, 1]) + bytes(9)
    width, header, entry = (8, 0x40, 0x38) if is_64 else (4, 0x34, 0x20)

    def number(value: int, wide: int = width) -> bytes:
        return value.to_bytes(wide, order)

    at = header + 2 * entry
    name = loader.encode() + b"\0"
    fields = (number(2, 2), number(0, 2), number(1, 4), number(0), number(header), number(0))
    sizes = (number(0, 4), number(header, 2), number(entry, 2), number(2, 2), bytes(6))
    flags = number(0, 4) if is_64 else b""
    where = (number(at), number(0), number(0), number(len(name)))
    segment = b"".join((number(3, 4), flags, *where)).ljust(entry, b"\0")
    other = number(6, 4).ljust(entry, b"\0")
    return b"".join((ident, *fields, *sizes, other, segment, name))


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
