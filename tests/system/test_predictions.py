"""Predictions for configs of every kind, and what a real gateway makes of the same configs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.config_cases import CASES, ConfigCase
from tests.support.real_start import outcome_of, predicted_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("case", CASES, ids=str)
def test_prediction_is_as_expected(case: ConfigCase, tmp_path: Path) -> None:
    assert predicted_of(case, tmp_path) == case.predicted


@pytest.mark.xdist_group("default port")
@pytest.mark.parametrize("case", CASES, ids=str)
def test_prediction_comes_true(case: ConfigCase, tmp_path: Path, real_gateway: str) -> None:
    outcome = outcome_of(case, tmp_path, real_gateway)

    assert outcome.is_as(case.predicted), outcome
