"""The verb ``logs``: what the gateway prints, for a terminal or a pipe."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from picoclaw_tray.log_arguments import DEFAULT_LINES
from picoclaw_tray.log_pages import take_held_lines
from picoclaw_tray.logs.entry import Level, Source
from picoclaw_tray.logs.export import export_json, export_text
from picoclaw_tray.logs.query import Query, Search, matcher
from picoclaw_tray.logs.redaction import Redactor
from picoclaw_tray.logs.selection import Selection
from picoclaw_tray.logs.store import LogStore
from picoclaw_tray.logs.whole_entry import lines_of_entry
from picoclaw_tray.presentation.run_marks import mark_text
from picoclaw_tray.presentation.text import render
from picoclaw_tray.remote import Answer, ExitCode, Request, Verb, error_answer
from picoclaw_tray.system.log_archive import archived_runs
from picoclaw_tray.system.log_files import KnownSecrets, Tail, newest_run, read_log, runs_folder
from picoclaw_tray.system.paths import gateway_place
from picoclaw_tray.system.rendezvous import tray_pid
from picoclaw_tray.system.run_reading import read_run
from picoclaw_tray.text import Text
from picoclaw_tray.verbs import carry_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from picoclaw_tray.logs.marks import RunMark
    from picoclaw_tray.system.log_archive import ArchivedRun
    from picoclaw_tray.system.paths import GatewayPlace

PAUSE_S: Final = 0.25
_LIMITS: Final = 1_000_000, 256 * 1024 * 1024
_STEP: Final = 10_000
_LAST: Final = "last"


@dataclass(frozen=True, slots=True)
class LogOptions:
    """What was asked for.

    Attributes:
        action: ``show``, ``clear`` or ``path``.
        lines: Most lines; 0: all.
        run: ``last``, or the number of a run; empty: the current one.
        offset: For the tray, as in contract 10.2.
        run_id: Likewise.
    """

    action: str = "show"
    home: str = ""
    config: str = ""
    limit_s: float = 60.0
    lines: int = DEFAULT_LINES
    follow: bool = False
    level: str = ""
    component: str = ""
    grep: str = ""
    run: str = ""
    json: bool = False
    offset: int = 0
    run_id: int = -1


@dataclass(frozen=True, slots=True)
class Voice:
    """Where it is said.

    Attributes:
        write: Takes text as it is.
        flush: What was written has to be seen now.
        remark: Takes a line that is for a person alone.
    """

    write: Callable[[str], object]
    flush: Callable[[], object]
    remark: Callable[[str], object]


def logs(options: LogOptions, environ: Mapping[str, str], voice: Voice) -> Answer:
    """Carries it out; lines are written at once, what is returned is for the end.

    Raises:
        KeyboardInterrupt: Whoever followed has seen enough.
    """
    place = gateway_place(environ, options.home, options.config)
    if options.action != "show":
        clear = Request(Verb.CLEAR_LOGS)
        return _paths(place) if options.action == "path" else _ask(clear, options, environ)
    query = _query(options)
    if isinstance(query, Text):
        return error_answer(f"--grep: {render(query)}", ExitCode.USAGE)
    if options.follow:
        return _follow(place, query, options, voice)
    if options.run:
        run = _past_run(place, options.run)
        if run is not None:
            return _told(_read(run, place), query, options, voice)
        which = "No past run" if options.run == _LAST else f"No run {options.run}"
        return error_answer(f"{which} is on disk.", ExitCode.NOTHING)
    return _current(place, query, options, environ, voice)


def _current(
    place: GatewayPlace,
    query: Query,
    options: LogOptions,
    environ: Mapping[str, str],
    voice: Voice,
) -> Answer:
    every_run = not options.json and options.offset == 0
    request = Request(Verb.LOGS, offset=options.offset, run_id=options.run_id, every_run=every_run)
    store = LogStore(*_LIMITS, words=_words)
    wanted = 0 if query != Query() else options.lines
    answer = take_held_lines(
        lambda page: _ask(page, options, environ), request, store, wanted=wanted
    )
    if answer.exit_code is ExitCode.NOTHING and not options.json:
        return _from_files(place, query, options, voice, "No tray runs.")
    if answer.exit_code is not ExitCode.DONE:
        return answer
    if not options.json:
        if not answer.payload.get("log_run_id"):
            return _from_files(place, query, options, voice, "The tray has seen no gateway yet.")
        return _told(store, query, options, voice)
    lines = [store.line(n) for n in _wanted(store, query, options, voice)]
    return Answer(
        ExitCode.DONE,
        {name: answer.payload.get(name) for name in ("log_run_id", "log_total")} | {"logs": lines},
    )


def _ask(request: Request, options: LogOptions, environ: Mapping[str, str]) -> Answer:
    return carry_out(
        request, environ, home=options.home, config=options.config, limit_s=options.limit_s
    )


def _from_files(
    place: GatewayPlace, query: Query, options: LogOptions, voice: Voice, why: str
) -> Answer:
    run = newest_run(place)
    if run is not None:
        voice.remark(f"{why} This is the last run that one has written down: {_named(run)}.")
        return _told(_read(run, place), query, options, voice)
    if not place.log.exists():
        return error_answer(f"{why} There is no log yet: {place.log}.", ExitCode.NOTHING)
    voice.remark(f"{why} This is {place.log}.")
    store = _store(KnownSecrets(place))
    read_log(place, store)
    return _told(store, query, options, voice)


def _follow(place: GatewayPlace, query: Query, options: LogOptions, voice: Voice) -> Answer:
    if tray_pid(place) is None:
        voice.remark(f"No tray runs. This follows {place.log}.")
    secrets = KnownSecrets(place)
    store = _store(secrets)
    tail, selection = Tail(place, store), Selection(store, query)
    try:
        while tail.read_more():
            pass
        _advance(selection, voice)
        begin = len(selection) - options.lines if options.lines else 0
        shown, end = max(0, begin), 0
        while True:
            whole = _whole(store, selection, options, is_quiet=store.end == end)
            rows = range(shown, max(shown, whole))
            _write(store, selection, rows, options, voice)
            shown, end = rows.stop, store.end
            time.sleep(PAUSE_S)
            while tail.read_more():
                pass
            store.redactor = store.redactor.knowing(*secrets.read())  # before any of it leaves
            _advance(selection, voice)
            shown = max(0, shown - selection.drop())
    finally:
        tail.close()


def _store(secrets: KnownSecrets) -> LogStore:
    """Masks also what only other files tell to be a secret."""
    return LogStore(*_LIMITS, Redactor().knowing(*secrets.read()), _words)


def _whole(store: LogStore, selection: Selection, options: LogOptions, *, is_quiet: bool) -> int:
    """Up to which row to write: an entry as JSON waits for the next one, or for a quiet moment."""
    if not options.json or is_quiet or store.end == store.first:
        return len(selection)
    return selection.row_of(lines_of_entry(store, store.end - 1).start)


def _write(
    store: LogStore, selection: Selection, rows: range, options: LogOptions, voice: Voice
) -> None:
    for piece in _pieces(store, map(selection.line_at, rows), options):
        voice.write(piece)
    voice.flush()


def _told(store: LogStore, query: Query, options: LogOptions, voice: Voice) -> Answer:
    for piece in _pieces(store, _wanted(store, query, options, voice), options):
        voice.write(piece)
    return Answer(ExitCode.DONE)


def _wanted(store: LogStore, query: Query, options: LogOptions, voice: Voice) -> Iterator[int]:
    selection = Selection(store, query)
    _advance(selection, voice)
    begin = max(0, len(selection) - options.lines) if options.lines else 0
    return map(selection.line_at, range(begin, len(selection)))


def _advance(selection: Selection, voice: Voice) -> None:
    """Filters all that is there, and says what an expression had to pass over."""
    before = selection.problem
    while selection.advance(_STEP):
        pass
    if selection.problem is not None and selection.problem != before:
        voice.remark(render(selection.problem))


def _pieces(store: LogStore, numbers: Iterator[int], options: LogOptions) -> Iterator[str]:
    if options.level or options.component or options.grep:  # notes pass, but are not wanted
        numbers = (n for n in numbers if store.source(n) is not Source.TRAY)
    return export_json(store, numbers) if options.json else export_text(store, numbers)


def _words(mark: RunMark) -> str:
    return render(mark_text(mark))


def _named(run: ArchivedRun) -> str:
    at = run.started
    return f"run {run.number or '?'}, {at[:4]}-{at[4:6]}-{at[6:8]} {at[9:11]}:{at[11:13]}"


def _query(options: LogOptions) -> Query | Text:
    search = Search(options.grep, is_regex=True, is_case_sensitive=True)
    found = matcher(search)
    if isinstance(found, Text):
        return found
    level = Level[options.level.upper()] if options.level else None
    return Query(level, options.component, search=search if options.grep else Search())


def _past_run(place: GatewayPlace, wanted: str) -> ArchivedRun | None:
    runs = archived_runs(runs_folder(place))
    if wanted != _LAST:
        runs = tuple(run for run in runs if str(run.number) == wanted)
    return runs[-1] if runs else None


def _read(run: ArchivedRun, place: GatewayPlace) -> LogStore:
    store = _store(KnownSecrets(place))
    store.begin_run()
    for source, lines in read_run(run, _LIMITS[1]):
        store.extend(lines, source)
    return store


def _paths(place: GatewayPlace) -> Answer:
    paths = {
        "runs": str(runs_folder(place)),
        "gateway_log": str(place.log),
        "panic_log": str(place.panic_log),
    }
    return Answer(ExitCode.DONE, paths, tuple(paths.values()))
