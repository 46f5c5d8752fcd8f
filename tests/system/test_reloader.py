"""Asking a gateway to take over its config: real servers, and a real gateway."""

from __future__ import annotations

import json
import os
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET, AF_INET6
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.lifecycle.state import Process, ProcessKey
from picoclaw_tray.presentation.reload import ReloadAnswer, ReloadStage
from picoclaw_tray.presentation.text import render
from picoclaw_tray.system.crew import assemble
from picoclaw_tray.system.process_key import key_of
from picoclaw_tray.system.reloader import LIMIT_S
from tests.support.processes import sleeper
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from picoclaw_tray.system.reloader import Reloader
    from tests.support.gateway_home import GatewayHome

ME = os.getpid()
TOKEN = "0123456789abcdef" * 2
SILENT = "The gateway does not answer, so it was not asked to take over its configuration."
NO_TOKEN = (
    "The gateway's PID file is missing or names another process, so it cannot be asked to take over"
    " its configuration. Restart it instead."
)


class Handler(BaseHTTPRequestHandler):
    """Does what the server was told to do, and keeps a record of what was asked."""

    server: Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def answer(self, code: int, /, **document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def stay(self) -> None:
        """Says nothing, and does not hang up."""
        self.server.over.wait()

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def _serve(self) -> None:
        authorization = self.headers.get("Authorization", "")
        self.server.asked.append(f"{self.command} {self.path} {authorization}".strip())
        self.server.serve(self)


class Server(ThreadingHTTPServer):
    """What it does ends when the test does."""

    daemon_threads = False

    def __init__(self, address: str, port: int, serve: Callable[[Handler], None]) -> None:
        self.address_family = AF_INET6 if ":" in address else AF_INET
        self.serve = serve
        self.over = threading.Event()
        self.asked: list[str] = []
        super().__init__((address, port), Handler)


@contextmanager
def serving(
    serve: Callable[[Handler], None], port: int, address: str = "127.0.0.1"
) -> Iterator[Server]:
    server = Server(address, port, serve)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def gateway(status: int = 200, *, pid: int | None = ME) -> Callable[[Handler], None]:
    """Answers as a gateway with this PID does, and to a reload with this status."""

    def serve(handler: Handler) -> None:
        if handler.path == "/health":
            says_pid = {} if pid is None else {"pid": pid}
            handler.answer(200, status="ok", uptime="1s", **says_pid)
        else:
            handler.answer(status, status="whatever")

    return serve


def write_pid_file(home: GatewayHome, **fields: object) -> None:
    record = {"pid": ME, "token": TOKEN, "version": "0.2.9", "port": home.port, "host": "localhost"}
    home.place.pid_file.write_text(json.dumps(record | fields), encoding="utf-8")


def reloader_of(home: GatewayHome) -> Reloader:
    return assemble(home.site()).reloader


def process_of(pid: int = ME) -> Process:
    key = key_of(pid)
    assert key is not None
    return Process(key)


def reason_of(answer: ReloadAnswer) -> str:
    return render(answer.reason) if answer.reason else ""


ASKED = ["GET /health", f"POST /reload Bearer {TOKEN}"]


# -- a gateway ----------------------------------------------------------------------------------


def test_gateway_takes_over_its_config(gateway_home: GatewayHome) -> None:
    crew = assemble(gateway_home.site())
    with gateway_home.started_by_hand() as program:
        process = process_of(program.pid)
        gateway_home.configure(default_model="", port=gateway_home.port + 1)

        answer = crew.reloader.ask(process)
        wait_until(lambda: "Channels restarted" in output_of(gateway_home), what="the reload")
        verdict = crew.reloader.judge(answer)
        crew.reloader.note(verdict)

        record = crew.run_records.read()
    assert (answer.stage, answer.key, answer.reason) == (ReloadStage.ACCEPTED, process.key, None)
    assert answer.fingerprint is not None
    assert answer.fingerprint["default_model"] == ""
    assert verdict == answer.done()
    assert record is None  # it is not ours


def output_of(home: GatewayHome) -> str:
    return (home.folder / "by-hand.txt").read_text(encoding="utf-8")


def log_of(home: GatewayHome) -> str:
    return home.place.log.read_text(encoding="utf-8") if home.place.log.exists() else ""


def test_complaint_is_found_in_the_log_and_is_not_taken_for_that_of_the_next_reload(
    stand_in_home: GatewayHome,
) -> None:
    reloader = reloader_of(stand_in_home)
    with stand_in_home.started_by_hand() as program:
        process = process_of(program.pid)
        stand_in_home.configure(default_model="unheard-of")
        refused = reloader.ask(process)
        wait_until(lambda: "Manual reload failed" in log_of(stand_in_home), what="a complaint")
        complaint = reloader.judge(refused)

        stand_in_home.configure()
        accepted = reloader.ask(process)
        wait_until(lambda: "Channels restarted" in output_of(stand_in_home), what="the reload")
        done = reloader.judge(accepted)

    assert refused.stage is ReloadStage.ACCEPTED
    assert complaint.stage is ReloadStage.FAILED
    assert complaint.key == process.key
    assert complaint.detail.startswith('Manual reload failed: model "unheard-of" not found')
    assert accepted.log_offset > refused.log_offset
    assert done.stage is ReloadStage.DONE


def test_gateway_refuses_another_token(stand_in_home: GatewayHome) -> None:
    with stand_in_home.started_by_hand() as program:
        write_pid_file(stand_in_home, pid=program.pid)

        answer = reloader_of(stand_in_home).ask(process_of(program.pid))

    assert answer.stage is ReloadStage.FAILED
    assert "refused" in reason_of(answer)
    assert "Channels restarted" not in output_of(stand_in_home)


# -- other answers ------------------------------------------------------------------------------


def test_accepted_reload_is_asked_for_once(stand_in_home: GatewayHome) -> None:
    write_pid_file(stand_in_home)
    with (
        serving(gateway(), stand_in_home.port) as server,
        serving(gateway(), stand_in_home.port, "::1") as other,
    ):
        answer = reloader_of(stand_in_home).ask(process_of())

        assert server.asked == ASKED
        assert other.asked == []
    assert answer.stage is ReloadStage.ACCEPTED


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "refused to take over"),
        (405, "refused to take over"),
        (500, "is already taking over"),
        (503, "is still starting"),
        (307, "cannot be understood (HTTP status 307)"),
    ],
)
def test_refusal_is_explained(stand_in_home: GatewayHome, status: int, words: str) -> None:
    write_pid_file(stand_in_home)
    with serving(gateway(status), stand_in_home.port) as server:
        answer = reloader_of(stand_in_home).ask(process_of())

        assert server.asked == ASKED
    assert (answer.stage, answer.key) == (ReloadStage.FAILED, process_of().key)
    assert words in reason_of(answer)
    assert answer.fingerprint is None


def test_reload_without_an_answer_may_have_begun(stand_in_home: GatewayHome) -> None:
    def serve(handler: Handler) -> None:
        (gateway() if handler.path == "/health" else Handler.stay)(handler)

    write_pid_file(stand_in_home)
    with serving(serve, stand_in_home.port) as server:
        start = time.monotonic()
        answer = reloader_of(stand_in_home).ask(process_of())
        took_s = time.monotonic() - start

        assert server.asked == ASKED
    assert answer == ReloadAnswer(ReloadStage.FAILED, process_of().key)
    assert took_s < 3 * LIMIT_S


def test_token_that_cannot_be_sent_is_not_sent(stand_in_home: GatewayHome) -> None:
    write_pid_file(stand_in_home, token="a\r\nX-Evil: b")
    with serving(gateway(), stand_in_home.port) as server:
        answer = reloader_of(stand_in_home).ask(process_of())

        assert server.asked == ASKED[:1]
    assert answer.stage is ReloadStage.FAILED


# -- nobody, and somebody else ------------------------------------------------------------------


def test_gateway_that_does_not_listen_is_not_asked(stand_in_home: GatewayHome) -> None:
    write_pid_file(stand_in_home)

    assert reason_of(reloader_of(stand_in_home).ask(process_of())) == SILENT


def test_gateway_that_is_silent_is_not_asked(stand_in_home: GatewayHome) -> None:
    write_pid_file(stand_in_home)
    with serving(Handler.stay, stand_in_home.port) as server:
        start = time.monotonic()
        answer = reloader_of(stand_in_home).ask(process_of())
        took_s = time.monotonic() - start

        assert server.asked == ASKED[:1]
    assert reason_of(answer) == SILENT
    assert took_s < 3 * LIMIT_S


@pytest.mark.parametrize(
    "stranger",
    [
        gateway(pid=ME + 1),
        gateway(pid=None),
        Handler.stay,
        lambda handler: handler.answer(200, hello="world"),
        lambda handler: handler.answer(404),
    ],
    ids=["another gateway", "an old gateway", "silent", "another service", "no such page"],
)
@pytest.mark.parametrize(("theirs", "ours"), [("127.0.0.1", "::1"), ("::1", "127.0.0.1")])
def test_program_on_the_other_loopback_never_sees_the_token(
    stand_in_home: GatewayHome, stranger: Callable[[Handler], None], theirs: str, ours: str
) -> None:
    write_pid_file(stand_in_home)
    with (
        serving(stranger, stand_in_home.port, theirs) as other,
        serving(gateway(), stand_in_home.port, ours) as server,
    ):
        answer = reloader_of(stand_in_home).ask(process_of())

        assert answer.stage is ReloadStage.ACCEPTED
        assert server.asked == ASKED
        assert set(other.asked) <= {"GET /health"}


@pytest.mark.parametrize("pid", [ME + 1, None], ids=["another", "none"])
def test_other_program_alone_is_not_asked(stand_in_home: GatewayHome, pid: int | None) -> None:
    write_pid_file(stand_in_home)
    with serving(gateway(pid=pid), stand_in_home.port) as server:
        answer = reloader_of(stand_in_home).ask(process_of())

        assert server.asked == ASKED[:1]
    assert reason_of(answer) == SILENT


@pytest.mark.parametrize("pid", [ME, None], ids=["its own", "none"])
def test_release_that_does_not_say_its_pid_is_asked(
    stand_in_home: GatewayHome, pid: int | None
) -> None:
    write_pid_file(stand_in_home, version="0.2.5")
    stand_in_home.place.config.write_text('{"version": 2}', encoding="utf-8")
    with serving(gateway(pid=pid), stand_in_home.port) as server:
        answer = reloader_of(stand_in_home).ask(process_of())

        assert server.asked == ASKED
    assert answer.stage is ReloadStage.ACCEPTED
    assert answer.fingerprint is None


@pytest.mark.parametrize(
    "content", [None, b"", b"garbage", b'{"pid":1,"token":"t"}', b"x" * 100_000]
)
def test_gateway_without_its_pid_file_is_not_asked(
    stand_in_home: GatewayHome, content: bytes | None
) -> None:
    if content is not None:
        stand_in_home.place.pid_file.write_bytes(content)
    with serving(gateway(), stand_in_home.port) as server:
        answer = reloader_of(stand_in_home).ask(process_of())

        assert server.asked == []
    assert (answer.stage, reason_of(answer)) == (ReloadStage.FAILED, NO_TOKEN)


def test_gateway_that_is_gone_is_not_asked(stand_in_home: GatewayHome, elsewhere: Path) -> None:
    with sleeper(folder=elsewhere) as program:
        gone = program.key
    write_pid_file(stand_in_home, pid=gone.pid)
    with serving(gateway(pid=gone.pid), stand_in_home.port) as server:
        answer = reloader_of(stand_in_home).ask(Process(gone))

        assert server.asked == []
    assert reason_of(answer) == NO_TOKEN


def test_successor_with_the_same_pid_is_not_asked(stand_in_home: GatewayHome) -> None:
    write_pid_file(stand_in_home)
    with serving(gateway(), stand_in_home.port) as server:
        answer = reloader_of(stand_in_home).ask(Process(ProcessKey(ME, "another start")))

        assert server.asked == []
    assert reason_of(answer) == NO_TOKEN


# -- the config ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "content", "reason", "line"),
    [
        ("config.json", '{"version": 3,\n ?}', "is not valid JSON", 2),
        ("config.json", '{"version": 3,\n "tray": 1}', "does not know the key tray", 2),
        (".security.yml", "model_list:\n  x: 7\n", "see line 2", 2),
    ],
)
def test_broken_config_is_refused_before_asking(
    stand_in_home: GatewayHome, file: str, content: str, reason: str, line: int
) -> None:
    write_pid_file(stand_in_home)
    path = stand_in_home.place.home / file
    path.write_text(content, encoding="utf-8")
    with serving(gateway(), stand_in_home.port) as server:
        answer = reloader_of(stand_in_home).ask(process_of())

        assert server.asked == []
    assert (answer.stage, answer.key) == (ReloadStage.FAILED, process_of().key)
    assert reason in reason_of(answer)
    assert answer.next_step is not None
    assert render(answer.next_step) == f"The place is {path}:{line}."


def test_config_counts_as_it_was_when_the_gateway_was_asked(stand_in_home: GatewayHome) -> None:
    write_pid_file(stand_in_home)
    crew = assemble(stand_in_home.site())
    with serving(gateway(), stand_in_home.port):
        answer = crew.reloader.ask(process_of())
    stand_in_home.configure(default_model="")

    crew.reloader.note(answer)

    assert answer.fingerprint is not None
    assert answer.fingerprint["default_model"] == "m"


def test_nothing_is_noted_of_a_reload_that_was_dropped(stand_in_home: GatewayHome) -> None:
    crew = assemble(stand_in_home.site())

    crew.reloader.note(ReloadAnswer.nothing())

    assert crew.run_records.read() is None


# -- the log ------------------------------------------------------------------------------------


def write_log(home: GatewayHome, *messages: str) -> int:
    """Adds entries, and returns where they begin."""
    home.place.log.parent.mkdir(exist_ok=True)
    offset = home.place.log.stat().st_size if home.place.log.exists() else 0
    with home.place.log.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps({"message": message}) + "\n" for message in messages)
    return offset


def judged(home: GatewayHome, offset: int) -> ReloadAnswer:
    return reloader_of(home).judge(ReloadAnswer(ReloadStage.ACCEPTED, log_offset=offset))


def test_log_that_is_missing_has_no_complaint(stand_in_home: GatewayHome) -> None:
    assert judged(stand_in_home, 0).stage is ReloadStage.DONE


def test_log_that_became_shorter_has_no_complaint(stand_in_home: GatewayHome) -> None:
    write_log(stand_in_home, "Manual reload failed: long ago")

    assert judged(stand_in_home, 100_000).stage is ReloadStage.DONE


def test_complaint_counts_from_the_offset_on(stand_in_home: GatewayHome) -> None:
    write_log(stand_in_home, "Manual reload failed: before")
    offset = write_log(stand_in_home, "hello", "Manual reload failed: after", "good bye")

    assert judged(stand_in_home, offset).detail == "Manual reload failed: after"


def test_secrets_in_a_complaint_are_masked(stand_in_home: GatewayHome) -> None:
    write_log(
        stand_in_home,
        "Error loading config for manual reload: bad key sk-canary0123456789ABCDEF here\n"
        '  3 | "password": "canary-2"',
    )

    verdict = judged(stand_in_home, 0)

    assert verdict.detail.startswith("Error loading config for manual reload: bad key sk-")
    assert "canary" not in verdict.detail


def test_token_is_not_logged(stand_in_home: GatewayHome, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    write_pid_file(stand_in_home)
    with serving(gateway(), stand_in_home.port):
        answer = reloader_of(stand_in_home).ask(process_of())

    assert "the gateway takes over its configuration" in caplog.text
    assert TOKEN not in caplog.text + repr(answer)
