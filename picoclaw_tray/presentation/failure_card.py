"""What a card says of a failure beside its reason and its next step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from picoclaw_tray.gateway.signal_names import signal_name
from picoclaw_tray.presentation.status import reason_of
from picoclaw_tray.presentation.text import render
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from picoclaw_tray.lifecycle.state import Failure

_EXIT_CODE = QT_TRANSLATE_NOOP("Failure", "Exit code {code}.")
_SIGNAL = QT_TRANSLATE_NOOP("Failure", "Ended by {signal}.")
_SAYS = QT_TRANSLATE_NOOP("Failure", "PicoClaw says: {words}")

PANIC_LOG: Final = "gateway_panic.log:"
"""Above its lines; the name of a file is the same in every language."""


def failure_facts(failure: Failure) -> tuple[Text, ...]:
    """How the process ended, and PicoClaw's own words, unless the reason says so already."""
    return tuple(_facts(failure, render(reason_of(failure))))


def failure_lines(failure: Failure) -> tuple[str, ...]:
    """The last lines of output, then what the panic log gained."""
    return (*failure.evidence, *((PANIC_LOG, *failure.panic) if failure.panic else ()))


def _facts(failure: Failure, reason: str) -> Iterator[Text]:
    code = failure.exit_code
    if code is not None and code < 0:
        name = signal_name(-code)
        if name not in reason:
            yield text(_SIGNAL, signal=name)
    elif code is not None and str(code) not in reason:
        yield text(_EXIT_CODE, code=code)
    if failure.detail and failure.detail not in reason:
        yield text(_SAYS, words=failure.detail)
