"""Plays rows of the fault matrix and writes what was seen into the table.

It is a help for a new switch, not a way to make a red test green: what it wrote has to be read,
row by row, against what the tray should do. Run it with
`python -m tests.tools.record_faults [switch[-ownership[-act]] …]`; without a word it plays all rows
that are missing. Rows that refer to another one, or are meaningless, are marked so by hand.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults import matrix
from tests.faults.matrix import ACTS, HEALTHY, NOTHING, OWNERSHIPS, SWITCHES, Row, Seen
from tests.support.source_tree import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.matrix import Matrix

_TEST = """
import json
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.faults import matrix
from tests.faults.stage import Stage
from tests.support.gateway_home import STAND_IN, GatewayHome

FOLDER = Path({folder!r})
ROWS = [matrix.Row(*line.split()) for line in FOLDER.joinpath("rows").read_text().splitlines()]
TABLE = matrix.read()

@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row(qtbot, tmp_path, monkeypatch, row):
    home = GatewayHome(tmp_path / "gateway", STAND_IN)
    with Stage(qtbot, home, row, TABLE.faults[row.switch]) as stage:
        seen = stage.play(None, monkeypatch)
    FOLDER.joinpath(row.name).write_text(json.dumps(asdict(seen)))
"""


def main() -> int:
    """Plays, then writes the rows anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="switch[-ownership[-act]]")
    names = parser.parse_args().names
    table = matrix.read()
    wanted = list(_wanted(table, names))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.joinpath("rows").write_text(
            "".join(f"{row.switch} {row.ownership} {row.act}\n" for row in wanted)
        )
        test = folder / "test_recording.py"
        test.write_text(_TEST.format(folder=name))
        settings = ("-c", str(REPOSITORY / "pyproject.toml"), f"--rootdir={REPOSITORY}")
        plugins = ("-p", "tests.conftest", "-p", "no:cacheprovider")
        code = pytest.main(["-q", "-n2", *plugins, *settings, str(test)])
        for row in wanted:
            if folder.joinpath(row.name).exists():
                _note(table, row, json.loads(folder.joinpath(row.name).read_text()))
    _write(table)
    return int(code)


def _wanted(table: Matrix, names: list[str]) -> Iterator[Row]:
    there = {row.name for row in table.rows}
    for row in (Row(switch, own, act) for switch in SWITCHES for own in OWNERSHIPS for act in ACTS):
        is_named = any(f"{row.name}-".startswith(f"{name}-") for name in names)
        if is_named if names else row.name not in there:
            yield row


def _note(table: Matrix, row: Row, got: dict[str, Any]) -> None:
    keys = {sentence: key for key, sentence in table.sentences.items()}
    for sentence in got["notices"]:
        key = keys.setdefault(sentence, f"new-{len(keys)}")
        table.sentences[key] = sentence
    got["notices"] = " ".join(keys[sentence] for sentence in got["notices"]) or NOTHING
    got["phases"] = matrix.in_short(got["phases"])
    assert got.keys() == asdict(Seen("", (), "", "", "")).keys()
    acts = table.raw.setdefault(row.switch, {}).setdefault(row.ownership, {})
    healthy = table.raw[HEALTHY].get(row.ownership, {}).get(row.act)
    is_alike = row.switch != HEALTHY and got == healthy
    acts[row.act] = {"like": HEALTHY} if is_alike else got


def _write(table: Matrix) -> None:
    head, _, _ = matrix.PATH.read_text(encoding="utf-8").partition("\n[notice]\n")
    lines = [head, "\n[notice]\n"]
    lines += [f"{key} = {_quoted(sentence)}\n" for key, sentence in table.sentences.items()]
    for switch in SWITCHES:
        for ownership in OWNERSHIPS:
            lines += _rows(switch, ownership, table.raw.get(switch, {}).get(ownership, {}))
    matrix.PATH.write_text("".join(lines), encoding="utf-8")


def _rows(switch: str, ownership: str, acts: dict[str, dict[str, str]]) -> Iterator[str]:
    if acts:
        yield f"\n[row.{switch}.{ownership}]\n"
    for act in ACTS:
        if act in acts:
            cells = ", ".join(f"{key} = {_quoted(value)}" for key, value in acts[act].items())
            yield f"{act} = {{ {cells} }}\n"


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
