from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.demo.stand_in import Home, StandIn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Launch(Protocol):
    def __call__(self, *words: str, at: Home | None = None, **environment: str) -> StandIn: ...


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def launch(home: Home) -> Iterator[Launch]:
    """Starts stand-ins; words without ``--demo-`` replace ``gateway -E``."""
    with ExitStack() as stack:

        def start(*words: str, at: Home | None = None, **environment: str) -> StandIn:
            if all(word.startswith("--demo-") for word in words):
                words = (*words, "gateway", "-E")
            return stack.enter_context(StandIn(at or home, words, environment))

        yield start
