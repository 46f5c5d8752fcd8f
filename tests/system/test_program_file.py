"""The sentences for a program that the system did not run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.gateway.failure_rules import FailureClass
from picoclaw_tray.system.program_file import explained
from tests.presentation.samples import said
from tests.support.programs_for_others import elf, elf_with_loader, pe

if TYPE_CHECKING:
    from pathlib import Path

WORDS = "execve: Exec format error."
CHOOSE = "Name PicoClaw's own program, in the settings or in PICOCLAW_BINARY."
ANEW = "Install PicoClaw anew, or name another program in the settings."


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "picoclaw"


def why(path: Path) -> tuple[FailureClass, str, str]:
    failure_class, reason, next_step = explained(str(path), WORDS)
    return failure_class, said(reason), said(next_step)


def test_missing_program_is_said_to_be_missing(path: Path) -> None:
    assert why(path) == (
        FailureClass.BINARY_MISSING,
        f"The gateway program {path} does not exist.",
        CHOOSE,
    )


def test_empty_program_is_said_to_be_empty(path: Path) -> None:
    path.write_bytes(b"")

    assert why(path) == (
        FailureClass.NOT_RUNNABLE,
        f"The gateway program {path} is empty.",
        ANEW,
    )


@pytest.mark.parametrize("content", [b"Hello\n", b"\x89PNG\r\n\x1a\n", b"\xff" * 100_000])
def test_file_that_is_no_program_is_said_to_be_none(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    assert why(path)[1:] == (
        f"{path} is not a program, although it is marked as executable.",
        CHOOSE,
    )


def test_script_without_its_interpreter_names_it(path: Path) -> None:
    path.write_bytes(b"#!/nowhere/bash -e\r\n")

    assert why(path)[1:] == (
        f"The gateway program {path} is a script for /nowhere/bash, which does not exist.",
        CHOOSE,
    )


def test_program_for_another_computer_names_both(path: Path) -> None:
    path.write_bytes(elf(258, system=12))

    failure_class, reason, next_step = why(path)

    assert failure_class is FailureClass.NOT_RUNNABLE
    assert reason.startswith(
        f"The gateway program {path} is made for another kind of computer: OpenBSD loongarch64."
    )
    assert next_step.startswith("Install the PicoClaw that is made for ")


def test_program_of_an_unknown_machine_is_named_by_its_system(path: Path) -> None:
    path.write_bytes(elf(9999, system=2) if sys.platform == "win32" else pe(9999))

    assert "another kind of computer: " in why(path)[1]


def test_program_that_looks_good_is_told_in_the_words_of_the_system(path: Path) -> None:
    path.write_text(f"#!{sys.executable}\n", encoding="utf-8")

    assert why(path)[1:] == (
        f"The gateway program {path} cannot be run. The system says: execve: Exec format error.",
        ANEW,
    )


def test_program_that_cannot_be_read_is_told_in_the_words_of_the_system(path: Path) -> None:
    path.mkdir()

    assert "The system says: execve: Exec format error." in why(path)[1]


def test_program_whose_loader_is_missing_names_it(path: Path) -> None:
    path.write_bytes(elf_with_loader("/nowhere/ld-linux.so.2"))

    failure_class, reason, next_step = why(path)

    assert failure_class is FailureClass.NOT_RUNNABLE
    assert "needs the loader /nowhere/ld-linux.so.2, which does not exist" in reason
    assert next_step.startswith("Install a PicoClaw that is made for this system")
