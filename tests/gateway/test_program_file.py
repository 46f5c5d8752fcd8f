from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.program_file import (
    Binary,
    Script,
    is_made_for,
    program_kind,
    this_computer,
)
from tests.support.programs_for_others import elf, elf_with_loader, mach_o, pe


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (elf(62), Binary("Linux", "x86_64")),
        (elf(183), Binary("Linux", "arm64")),
        (elf(40, bits=1), Binary("Linux", "arm")),
        (elf(22, order="big"), Binary("Linux", "s390x")),
        (elf(999), Binary("Linux", "")),
        (elf(62, system=9), Binary("FreeBSD", "x86_64")),
        (elf(62, system=3), Binary("Linux", "x86_64")),
        (b"\x7fELF", Binary("Linux", "")),
        (pe(0x8664), Binary("Windows", "x86_64")),
        (pe(0xAA64), Binary("Windows", "arm64")),
        (b"MZ", Binary("Windows", "")),
        (mach_o(0x0100000C), Binary("macOS", "arm64")),
        (b"\xcf\xfa\xed\xfe", Binary("macOS", "")),
        (b"#!/bin/sh\necho", Script("/bin/sh")),
        (b"#! /usr/bin/env python3\n", Script("/usr/bin/env")),
        (b"#!/bin/sh\r\n", Script("/bin/sh␍")),
        (b"#!", Script("")),
        (b"#!\xff\n", Script("\ufffd")),
        (b"Hello", None),
        (b"\x89PNG\r\n", None),
        (b"", None),
    ],
)
def test_program_kind_is_told_by_the_first_bytes(head, kind):
    assert program_kind(head) == kind


@pytest.mark.parametrize("order", ["big", "little"])
@pytest.mark.parametrize("bits", [32, 64])
def test_loader_of_a_program_is_found_among_its_segments(bits, order):
    kind = program_kind(elf_with_loader("/lib/ld.so", bits=bits, order=order))

    assert isinstance(kind, Binary)
    assert kind.loader == "/lib/ld.so"


@given(st.sampled_from([b"", b"#!", b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe"]), st.binary())
def test_program_kind_never_raises_for_any_bytes(magic, rest):
    assert isinstance(program_kind(magic + rest), Script | Binary | None)


@pytest.mark.parametrize(
    ("platform", "machine", "binary"),
    [
        ("linux", "x86_64", Binary("Linux", "x86_64")),
        ("linux", "aarch64", Binary("Linux", "arm64")),
        ("darwin", "arm64", Binary("macOS", "arm64")),
        ("win32", "AMD64", Binary("Windows", "x86_64")),
        ("freebsd14", "riscv64", Binary("freebsd14", "riscv64")),
    ],
)
def test_this_computer_is_named_in_the_same_words(platform, machine, binary):
    assert this_computer(platform, machine) == binary


@pytest.mark.parametrize(
    ("binary", "expected"),
    [
        (Binary("Linux", "x86_64"), True),
        (Binary("Linux", ""), True),
        (Binary("Linux", "arm64"), False),
        (Binary("macOS", "x86_64"), False),
    ],
)
def test_program_is_made_for_computers_of_its_kind(binary, expected):
    assert is_made_for(binary, Binary("Linux", "x86_64")) is expected
