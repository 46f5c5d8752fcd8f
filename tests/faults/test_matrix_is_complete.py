"""No switch, no ownership and no act is missing in the fault matrix, and no row says nothing."""

from __future__ import annotations

from dataclasses import astuple, fields
from itertools import product

import pytest

from picoclaw_tray.lifecycle.policy import Policy
from tests.faults import matrix
from tests.faults.matrix import ACTS, HEALTHY, NOTHING, OWNERSHIPS, SWITCHES

TABLE = matrix.read()
WORDS_FOR_ANYTHING = {"", "any", "*", "?", "…"}
COLUMNS = ("phases", "notices", "exits", "files", "signals")


def test_every_switch_ownership_and_act_has_its_row():
    keys = [(row.switch, row.ownership, row.act) for row in TABLE.rows]

    assert sorted(keys) == sorted(product(SWITCHES, OWNERSHIPS, ACTS))


def test_every_switch_is_brought_to_bear():
    assert set(TABLE.faults) == set(SWITCHES)
    for switch in SWITCHES:
        names = [word.partition("=")[0] for word in TABLE.faults[switch].words.split(",")]
        assert (switch if switch != HEALTHY else "") in names, switch


@pytest.mark.parametrize("row", TABLE.rows, ids=lambda row: row.name)
def test_row_says_something(row):
    given = TABLE.raw[row.switch][row.ownership][row.act]

    assert tuple(given) in {COLUMNS, ("like",), ("meaningless",)}
    for value in given.values():
        assert WORDS_FOR_ANYTHING.isdisjoint({value.strip(), *value.lower().split()}), value
    if row.meaningless:
        assert len(row.meaningless.split()) > 4
    else:
        assert row.expected is not None
        assert "" not in astuple(row.expected)


def test_act_stands_once_in_the_phases_and_none_stands_nowhere():
    for row in TABLE.rows:
        if row.expected is not None:
            assert row.expected.phases.split().count("|") == (row.act != NOTHING), row.name


def test_row_is_meaningful_for_every_switch_with_every_act():
    played = {(row.switch, row.act) for row in TABLE.rows if row.expected is not None}

    assert played == set(product(SWITCHES, ACTS))


def test_every_sentence_is_expected_by_somebody():
    told = {sentence for row in TABLE.rows if row.expected for sentence in row.expected.notices}

    assert told == set(TABLE.sentences.values())


def test_policies_have_real_numbers():
    for fault in TABLE.faults.values():
        assert fault.policy.keys() <= {each.name for each in fields(Policy)}
