"""The figures as a table for a person and as JSON for a program."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.bench.figures import Aim, Figure

_HEAD = ("", "value", "baseline", "ratio", "aim", "")


def render_table(found: Mapping[str, Sequence[Figure]]) -> str:
    """One block for each measure; notes and excuses follow the figure they belong to."""
    rows = {name: [_row(figure) for figure in figures] for name, figures in found.items()}
    every = [_HEAD, *(row for block in rows.values() for row in block)]
    widths = [max(len(row[column]) for row in every) for column in range(len(_HEAD))]
    lines = [_line(_HEAD, widths)]
    for name, figures in found.items():
        lines += ["", name]
        for figure, row in zip(figures, rows[name], strict=True):
            lines.append(_line(row, widths))
            lines += [f"      {words}" for words in (figure.note, _excuse(figure)) if words]
    return "\n".join(lines)


def dump_json(found: Mapping[str, Sequence[Figure]], *, quick: bool) -> str:
    """Everything that is in the table, and on what it was measured."""
    figures = [
        {
            "measure": name,
            **asdict(figure),
            "aim": _aim(figure.aim),
            "ratio": figure.ratio,
            "is_missed": figure.is_missed,
        }
        for name, block in found.items()
        for figure in block
    ]
    about = {"python": platform.python_version(), "system": platform.platform(), "quick": quick}
    return json.dumps({**about, "figures": figures}, indent=2, ensure_ascii=False) + "\n"


def _aim(aim: Aim | None) -> dict[str, object] | None:
    if aim is None:
        return None
    return {"of": aim.of.value, "at_least" if aim.at_least else "at_most": aim.limit}


def _row(figure: Figure) -> tuple[str, ...]:
    return (
        f"  {figure.name}",
        f"{_number(figure.value)} {figure.unit}".rstrip(),
        "" if figure.baseline is None else f"{_number(figure.baseline)} {figure.unit}".rstrip(),
        "" if figure.ratio is None else f"{_number(figure.ratio)}×",
        "" if figure.aim is None else str(figure.aim),
        "missed" if figure.is_missed else "",
    )


def _excuse(figure: Figure) -> str:
    if figure.is_unexplained:
        return "missed, and nobody has said why that has to do"
    return figure.why if figure.is_missed else ""


def _number(value: float) -> str:
    """Three digits are more than such figures are worth."""
    magnitude = abs(value)
    digits = 0 if magnitude >= 100 or value == int(value) else 1 if magnitude >= 10 else 2
    return f"{value:,.{digits}f}"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    name, *numbers, last = row
    aligned = [f"{number:>{width}}" for number, width in zip(numbers, widths[1:-1], strict=True)]
    return "  ".join([f"{name:{widths[0]}}", *aligned, last]).rstrip()
