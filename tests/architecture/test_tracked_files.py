"""What holds for every file of the repository."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import version
from itertools import chain
from pathlib import Path

import picoclaw_tray
from tests.support.source_tree import REPOSITORY, modules, tracked_files

SHARED_FOLDERS = {"/", "/build", "/builds", "/home", "/opt", "/src", "/srv", "/tmp", "/usr/src"}
REGISTRIES = re.compile(
    r"https?://(files|registry|proxy|deb|security|archive|index)\.[\w.-]+"
    r"|\b(pypi\.org|pythonhosted\.org|npmjs\.org|debian\.org|ubuntu\.com/ubuntu)\b"
    r"|\b(extra-)?index-url *="
)
PIN = re.compile(r"[A-Za-z0-9._-]+==[\w.!+]+( ; .+)?")


def texts():
    for path in tracked_files():
        if path != Path(__file__):
            yield (
                path.relative_to(REPOSITORY),
                path.read_bytes().decode("utf-8", errors="replace"),
            )


def project():
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_no_file_names_a_folder_of_this_machine(real_home):
    folders = {str(REPOSITORY), str(REPOSITORY.parent), str(real_home), "/" + "root"}
    needles = [f"{folder}/" for folder in folders - SHARED_FOLDERS]

    naming = [str(path) for path, text in texts() if any(needle in text for needle in needles)]

    assert naming == []


def test_no_file_names_a_package_registry():
    naming = [f"{path}: {found[0]}" for path, text in texts() if (found := REGISTRIES.search(text))]

    assert naming == []


def test_version_stands_in_one_place():
    stated = picoclaw_tray.__version__
    literal = re.compile(rf"['\"]v?{re.escape(stated)}['\"]")

    naming = [
        module.path
        for module in modules()
        if module.path != "__init__.py"
        and literal.search((REPOSITORY / "picoclaw_tray" / module.path).read_text(encoding="utf-8"))
    ]

    assert naming == []
    assert "version" not in project()
    assert "version" in project()["dynamic"]
    assert version("picoclaw-tray") == stated


def test_every_dependency_is_pinned():
    wanted = [*project()["dependencies"], *chain(*project()["optional-dependencies"].values())]
    lines = (REPOSITORY / "packaging" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]

    names = {re.split(r"[^\w.-]", line)[0].lower().replace("_", "-") for line in pins}
    unpinned = [
        name
        for requirement in wanted
        if (name := re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-")) not in names
    ]

    assert unpinned == []
    assert [line for line in pins if not PIN.fullmatch(line)] == []
