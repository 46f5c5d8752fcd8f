"""The bench itself: aims, table, JSON, exit status; and one measure of each kind, quickly."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.bench.__main__ import main
from tests.bench.figures import Aim, Figure, Measure, Of
from tests.bench.imports import imported_modules
from tests.bench.running import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.bench.figures import Bench

    Run = Callable[..., int]

AT_MOST_2 = Aim(2)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The bench on one measure that finds these figures."""

    def run(*figures: Figure, words: tuple[str, ...] = ()) -> int:
        def take(_: Bench) -> tuple[Figure, ...]:
            return figures

        argv = ["--json", str(tmp_path / "made" / "bench.json"), *words]
        return main(argv, (Measure("sample", "what a test says", take),))

    return run


@pytest.fixture
def written(tmp_path: Path) -> Callable[[], dict[str, object]]:
    """The JSON that was written."""

    def written() -> dict[str, object]:
        return json.loads((tmp_path / "made" / "bench.json").read_text(encoding="utf-8"))

    return written


@pytest.mark.parametrize(
    ("figure", "missed"),
    [
        (Figure("f", 3), False),
        (Figure("f", 2, aim=AT_MOST_2), False),
        (Figure("f", 2.1, aim=AT_MOST_2), True),
        (Figure("f", 2.1, aim=Aim(2, at_least=True)), False),
        (Figure("f", 1.9, aim=Aim(2, at_least=True)), True),
        (Figure("f", 9, baseline=5, aim=Aim(2, Of.RATIO)), False),
        (Figure("f", 11, baseline=5, aim=Aim(2, Of.RATIO)), True),
        (Figure("f", 1, aim=Aim(2, Of.RATIO)), True),
        (Figure("f", 1, baseline=0, aim=Aim(2, Of.RATIO)), True),
    ],
)
def test_aim_is_missed_on_the_wrong_side_of_its_limit(figure, missed):
    assert figure.is_missed is missed


def test_table_shows_value_baseline_ratio_and_aim(run, capsys):
    status = run(Figure("speed", 3, "s", 2, Aim(1.6, Of.RATIO), note="of three rounds"))

    head, _, name, row, note = capsys.readouterr().out.splitlines()
    assert status == 0
    assert head.split() == ["value", "baseline", "ratio", "aim"]
    assert name == "sample"
    assert row.split() == ["speed", "3", "s", "2", "s", "1.50×", "≤", "1.6×"]
    assert note.strip() == "of three rounds"


def test_missed_aim_fails_the_bench_unless_somebody_says_why(run, capsys):
    explained = Figure("f", 3, aim=AT_MOST_2, why="It has to do.")

    assert run(Figure("f", 3, aim=AT_MOST_2)) == 1
    assert "missed\n      missed, and nobody has said why" in capsys.readouterr().out
    assert run(explained) == 0
    assert "missed\n      It has to do." in capsys.readouterr().out


def test_excuse_stays_unsaid_when_the_aim_is_reached(run, capsys):
    assert run(Figure("f", 1, aim=AT_MOST_2, why="It has to do.")) == 0

    assert "It has to do" not in capsys.readouterr().out


def test_json_holds_what_the_table_holds(run, written):
    run(Figure("f", 3, "s", 2, Aim(1, Of.RATIO), "note", "why"), words=("--quick",))

    document = written()
    assert document["quick"] is True
    assert document["figures"] == [
        {
            "measure": "sample",
            "name": "f",
            "value": 3,
            "unit": "s",
            "baseline": 2,
            "ratio": 1.5,
            "aim": {"of": "ratio", "at_most": 1},
            "is_missed": True,
            "note": "note",
            "why": "why",
        }
    ]


def test_measure_that_fails_leaves_what_was_found_before(tmp_path, capsys):
    def works(_: Bench) -> tuple[Figure, ...]:
        return (Figure("f", 3),)

    def fails(_: Bench) -> tuple[Figure, ...]:
        raise ZeroDivisionError

    measures = (Measure("first", "", works), Measure("second", "", fails))
    json_file = tmp_path / "bench.json"

    with pytest.raises(ZeroDivisionError):
        main(["--json", str(json_file)], measures)

    assert "first\n  f" in capsys.readouterr().out
    assert len(json.loads(json_file.read_text(encoding="utf-8"))["figures"]) == 1


def test_unknown_name_is_wrong_usage(run, capsys):
    with pytest.raises(SystemExit) as end:
        run(words=("nothing",))

    assert end.value.code == 2
    assert "no such measure: nothing; there are sample" in capsys.readouterr().err


def test_list_names_every_measure_and_takes_none(run, capsys):
    assert run(words=("--list",)) == 0

    assert capsys.readouterr().out == "sample       what a test says\n"


def test_imported_modules_are_those_python_names():
    output = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:        80 |         80 |   a.b\n"
        "something else\n"
        "import time:         8 |          8 | __editable___x_finder\n"
        "import time:       100 |       1800 | a\n"
    )

    assert imported_modules(output) == ["a.b", "a"]


def bench(json_file: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick", "--json", str(json_file), *words],
        cwd=REPOSITORY,
        env=os.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def test_bench_measures_what_is_named_alone(tmp_path):
    done = bench(tmp_path / "bench.json", "config")

    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))["figures"]
    assert {figure["measure"] for figure in figures} == {"config"}
    assert all(figure["value"] > 0 for figure in figures)


@pytest.mark.desktop
@pytest.mark.linux
@pytest.mark.xdist_group("desktop")
def test_bench_measures_on_a_desktop_of_its_own(tmp_path):
    done = bench(tmp_path / "bench.json", "start", "idle")

    figures = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))["figures"]
    assert [figure["name"] for figure in figures] == ["exec → icon registered", "wake-ups", "CPU"]
    assert all(figure["value"] >= 0 for figure in figures), done.stdout
