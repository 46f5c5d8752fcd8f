from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.probe_cache import LONGEST_MEMORY_S, MOST_MEMORIES, ProbeCache


def lasts_s(cache: ProbeCache, now: float) -> float:
    """For how long the cache will know what it knows, in steps of half a second."""
    step = 0
    while cache.known("k", now + step / 2) is not None:
        step += 1
    return step / 2


@pytest.mark.parametrize(
    ("reachable", "expected_s"),
    [(True, [2, 4, 8, 16, 32, 60, 60]), (False, [1, 2, 4, 8, 16, 30, 30])],
)
def test_cache_believes_a_result_the_longer_the_oftener_it_came(reachable, expected_s):
    cache = ProbeCache()
    found_s, now = [], 100.0
    for _ in expected_s:
        cache.note("k", reachable, now)
        found_s.append(lasts_s(cache, now))
        now += found_s[-1]

    assert found_s == expected_s


def test_cache_does_not_tire_of_counting():
    cache = ProbeCache()
    for _ in range(5000):
        cache.note("k", True, 0)

    assert lasts_s(cache, 0) == 60


def test_cache_begins_anew_when_the_result_changes():
    cache = ProbeCache()
    found_s = []
    for reachable in (True, True, True, False, False, True, True, False):
        cache.note("k", reachable, 0)
        found_s.append(lasts_s(cache, 0))

    assert found_s == [2, 4, 8, 1, 2, 2, 4, 1]


def test_cache_knows_each_question_by_itself():
    cache = ProbeCache()
    cache.note("a", True, 0)
    cache.note("b", False, 0)

    assert (cache.known("a", 0), cache.known("b", 0), cache.known("c", 0)) == (True, False, None)
    assert (cache.known("a", 1.5), cache.known("b", 1.5)) == (True, None)


def test_cache_drops_what_was_not_asked_for_half_an_hour():
    cache = ProbeCache()
    cache.note("old", True, 0)
    cache.note("k", True, 0)
    cache.note("k", True, LONGEST_MEMORY_S)
    kept = len(cache)
    cache.note("k", True, LONGEST_MEMORY_S + 1)
    cache.note("old", True, LONGEST_MEMORY_S + 1)

    assert kept == 2
    assert cache.known("old", LONGEST_MEMORY_S + 2.5) is True
    assert cache.known("old", LONGEST_MEMORY_S + 3) is None


def test_cache_drops_the_oldest_when_there_are_too_many():
    cache = ProbeCache()
    for number in range(MOST_MEMORIES):
        cache.note(str(number), True, 0)
    cache.note("0", True, 0)
    cache.note("one more", True, 0)

    assert len(cache) == MOST_MEMORIES
    assert [cache.known(key, 0) for key in ("0", "1", "2", "one more")] == [True, None, True, True]


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"), st.booleans(), st.floats(min_value=0, max_value=4 * 60 * 60)
        )
    )
)
def test_cache_says_what_was_noted_last_or_nothing(notes):
    cache = ProbeCache()
    now, last = 0.0, dict[str, tuple[bool, float]]()
    for key, reachable, later_s in notes:
        now += later_s
        for known_key in "abc":
            known = cache.known(known_key, now)
            assert known is None or (known, True) == (
                last[known_key][0],
                now < last[known_key][1] + 60,
            )
        cache.note(key, reachable, now)
        last[key] = (reachable, now)
        assert cache.known(key, now) is reachable
