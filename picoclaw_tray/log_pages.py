"""The lines that a tray holds, page by page: one answer has no room for all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from picoclaw_tray.logs.entry import Source
from picoclaw_tray.remote import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from picoclaw_tray.logs.store import LogStore
    from picoclaw_tray.remote import Answer, Request


def take_held_lines(
    ask: Callable[[Request], Answer], request: Request, store: LogStore, *, wanted: int
) -> Answer:
    """Asks for the newest page and those before it; the first answer, or the one that failed.

    Args:
        ask: The tray.
        request: For lines.
        store: Takes them in.
        wanted: So many lines are enough; 0: all there are.
    """
    answer = newest = ask(request)
    pages: list[list[tuple[Source, bytes]]] = []
    count = 0
    while answer.exit_code is ExitCode.DONE:
        page = list(_lines_of(answer))
        pages.append(page)
        count += len(page)
        first = answer.payload.get("log_first")
        if not answer.payload.get("log_more") or type(first) is not int or 0 < wanted <= count:
            break
        answer = ask(replace(request, before=first))
    else:
        return answer
    store.begin_run()
    for page in reversed(pages):
        for source, line in page:
            store.extend((line,), source)
    return newest


def _lines_of(answer: Answer) -> Iterator[tuple[Source, bytes]]:
    """The lines of one page, each with its source; what makes no sense is passed over."""
    lines, sources = answer.payload.get("logs"), answer.payload.get("log_sources")
    changes = {}
    for change in sources if isinstance(sources, list) else ():
        match change:
            case [int(place), str(name)]:
                changes[place] = next((s for s in Source if s.value == name), Source.OUTPUT)
            case _:
                pass
    source = Source.OUTPUT
    for place, line in enumerate(lines if isinstance(lines, list) else ()):
        source = changes.get(place, source)
        if isinstance(line, str):
            yield source, line.encode("utf-8", "replace")
