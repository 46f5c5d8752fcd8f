from __future__ import annotations

import json
import os
import ssl
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.gateway.model_probe import ModelProbe, ProbeKind
from picoclaw_tray.system import model_prober
from picoclaw_tray.system.model_prober import MAX_BYTES, MAX_REDIRECTS, PATIENCE_S, ModelProber
from tests.support.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DRIP_S = 0.05
KEY = "sk-secret"
TAGS = {"models": [{"name": "llama3:latest", "model": "llama3:latest"}]}
MODELS = {"data": [{"id": "llama3"}]}
ALWAYS, NEVER = ModelProbe(ProbeKind.ALWAYS), ModelProbe(ProbeKind.NEVER)

# Nobody's but these tests'. Valid until 2120 for localhost and 127.0.0.1.
CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvE4j+thbL1S8/sTB
NSbqPhmFeDOuJhaz1ofmk5WLkrWhRANCAAQVDxmoKDgEoMazicn92YmYmWMl1S+U
KAndAh116lI92YC1C26sCkVIfPFQ7kIqdk7icfFG6cRXHiDJo3UzpV4l
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBdzCCAR2gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABBUPGagoOASgxrOJ
yf3ZiZiZYyXVL5QoCd0CHXXqUj3ZgLULbqwKRUh88VDuQip2TuJx8UbpxFceIMmj
dTOlXiWjXjBcMB0GA1UdDgQWBBQ+itjFs8m4hJVs6Cyv19gifiWhSzAPBgNVHRMB
Af8EBTADAQH/MA4GA1UdDwEB/wQEAwIChDAaBgNVHREEEzARgglsb2NhbGhvc3SH
BH8AAAEwCgYIKoZIzj0EAwIDSAAwRQIhAN3HDAiRRYfkK/TIqNJM7qX7VrPo8yUA
QcYOsRt2jhs7AiBMFsVoP+kpWOIgC7whpA4OLDlNUszuNUuRumPfkc+Bjg==
-----END CERTIFICATE-----
"""


class Handler(BaseHTTPRequestHandler):
    """Does what the server was told to do, and keeps a record of what was asked."""

    server: Server

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        self.server.serve(self)

    def answer(
        self, body: bytes, *headers: tuple[str, str], status: int = 200, length: int | None = None
    ) -> None:
        """Sends a whole response; with another length it is not whole."""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def drip(self, data: bytes) -> None:
        """Sends one byte now and then, until the test is over."""
        for byte in data:
            if self.server.over.wait(DRIP_S):
                return
            self.wfile.write(bytes([byte]))

    def stay(self) -> None:
        """Says nothing more, and does not hang up."""
        self.server.over.wait()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


class Server(ThreadingHTTPServer):
    """Answers on 127.0.0.1; what it does ends when the test does."""

    daemon_threads = False

    def __init__(self, serve: Callable[[Handler], None]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.serve = serve
        self.over = threading.Event()
        self.asked: list[tuple[str, dict[str, str]]] = []

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), OSError):  # those come from who hung up
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def url(self, path: str = "/v1/models", *, scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.server_port}{path}"


@contextmanager
def serving(
    serve: Callable[[Handler], None], tls: ssl.SSLContext | None = None
) -> Iterator[Server]:
    server = Server(serve)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def listing(document: object = MODELS) -> Callable[[Handler], None]:
    def serve(handler: Handler) -> None:
        handler.answer(json.dumps(document).encode())

    return serve


def redirecting(to: str, status: int = 302) -> Callable[[Handler], None]:
    def serve(handler: Handler) -> None:
        handler.answer(b"", ("Location", to), status=status)

    return serve


def models_probe(url: str, authorization: str = "") -> ModelProbe:
    return ModelProbe(ProbeKind.ANY_MODELS, url=url, model_id="llama3", authorization=authorization)


def is_reachable(probe: ModelProbe, path: str = "") -> bool:
    return ModelProber().is_reachable(probe, fresh=True, path=path)


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        (ProbeKind.OLLAMA, TAGS),
        (ProbeKind.MODELS, MODELS),
        (ProbeKind.ANY_MODELS, MODELS),
        (ProbeKind.ANY_MODELS, MODELS["data"]),
    ],
)
def test_prober_finds_a_model_that_is_listed(kind, document):
    with serving(listing(document)) as server:
        wanted = ModelProbe(kind, url=server.url(), model_id="llama3")
        other = ModelProbe(kind, url=server.url(), model_id="mistral")

        assert is_reachable(wanted)
        assert not is_reachable(other)
        assert [path for path, _ in server.asked] == ["/v1/models"] * 2


def test_prober_asks_for_what_the_url_says():
    with serving(listing()) as server:
        is_reachable(models_probe(server.url("/a b/é%20?c=d e#f")))
        is_reachable(models_probe(server.url("")))

        asked = [path for path, _ in server.asked]
    assert asked == ["/a%20b/%C3%A9%20?c=d%20e", "/"]


@pytest.mark.parametrize("authorization", [f"Bearer {KEY}", "Bearer schlüssel"])
def test_prober_sends_the_key(authorization):
    with serving(listing()) as server:
        assert is_reachable(models_probe(server.url(), authorization))

        ((_, headers),) = server.asked
    assert headers["Authorization"].encode("latin-1").decode() == authorization
    assert headers["Host"] == f"127.0.0.1:{server.server_port}"


def test_prober_sends_no_key_when_there_is_none():
    with serving(listing()) as server:
        assert is_reachable(models_probe(server.url()))

        ((_, headers),) = server.asked
    assert "Authorization" not in headers


@pytest.mark.parametrize("authorization", ["Bearer a\nb", "Bearer \udc80"])
def test_prober_does_not_send_what_is_no_header(authorization):
    with serving(listing()) as server:
        assert not is_reachable(models_probe(server.url(), authorization))
        assert server.asked == []


def test_prober_uses_no_proxy(monkeypatch):
    with serving(listing([])) as proxy, serving(listing()) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.server_port}")
        monkeypatch.delenv("no_proxy", raising=False)

        assert is_reachable(models_probe(server.url()))
        assert proxy.asked == []


def big(handler: Handler) -> None:
    document = {"data": [{"id": "x" * 10_000_000}, {"id": "llama3"}]}
    handler.answer(json.dumps(document).encode())


def endless_body(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b" " * 65_536)


def endless_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        handler.wfile.write(b"X-More: yes\r\n" * 1000)


def continue_for_ever(handler: Handler) -> None:
    while True:
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


def drip_headers(handler: Handler) -> None:
    handler.drip(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: yes\r\n" * 1000)


def drip_body(handler: Handler) -> None:
    handler.answer(b"", length=10_000)
    handler.drip(b" " * 10_000)


def chunks(data: bytes) -> Callable[[Handler], None]:
    def serve(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        handler.wfile.write(data)
        handler.stay()

    return serve


HOSTILE = {
    "wrong status": lambda handler: handler.answer(json.dumps(MODELS).encode(), status=503),
    "no content": lambda handler: handler.answer(b"", status=204),
    "HTML": lambda handler: handler.answer(b"<html>llama3</html>", ("Content-Type", "text/html")),
    "empty": lambda handler: handler.answer(b""),
    "cut short": lambda handler: handler.answer(json.dumps(MODELS).encode()[:-1], length=100),
    "bad length": lambda handler: handler.answer(b"", ("Content-Length", "5, 6")),
    "10 MB": big,
    "endless body": endless_body,
    "endless headers": endless_headers,
    "continues for ever": continue_for_ever,
    "drips headers": drip_headers,
    "drips body": drip_body,
    "never answers": Handler.stay,
    "closes at once": lambda _: None,
    "not HTTP": lambda handler: handler.wfile.write(b"220 mail.example ESMTP\r\n"),
    "bad chunks": chunks(b"zz\r\n{}"),
    "negative chunk": chunks(b"-1\r\n{}"),
}


@pytest.mark.parametrize("serve", HOSTILE.values(), ids=HOSTILE)
def test_prober_ends_in_time_whatever_the_server_does(serve):
    with serving(serve) as server:
        start = time.monotonic()
        found = is_reachable(models_probe(server.url()))
        took_s = time.monotonic() - start

    assert not found
    assert took_s < 5 * PATIENCE_S


def test_prober_reads_no_more_than_the_limit():
    def serve(handler: Handler) -> None:
        handler.answer(json.dumps(MODELS).encode().rjust(size))

    with serving(serve) as server:
        size = MAX_BYTES
        within = is_reachable(models_probe(server.url()))
        size += 1
        beyond = is_reachable(models_probe(server.url()))

    assert (within, beyond) == (True, False)


def test_prober_is_content_with_a_first_value_whose_end_never_comes():
    def serve(handler: Handler) -> None:
        handler.answer(json.dumps(MODELS).encode(), length=10_000)
        handler.stay()

    with serving(serve) as server:
        assert is_reachable(models_probe(server.url()))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_prober_follows_a_redirect_to_the_same_server_with_the_key(status):
    def serve(handler: Handler) -> None:
        if handler.path == "/v1/models":
            redirecting("../v2/models?x", status)(handler)
        else:
            listing()(handler)

    with serving(serve) as server:
        assert is_reachable(models_probe(server.url(), KEY))

        asked = [(path, headers.get("Authorization")) for path, headers in server.asked]
    assert asked == [("/v1/models", KEY), ("/v2/models?x", KEY)]


def test_prober_follows_a_redirect_to_another_server_without_the_key():
    with serving(listing()) as target, serving(redirecting(target.url("/x"))) as server:
        assert is_reachable(models_probe(server.url(), KEY))

        ((path, headers),) = target.asked
    assert path == "/x"
    assert "Authorization" not in headers


@pytest.mark.parametrize(
    "location",
    ["", "https://127.0.0.1:{port}/", "file:///etc/passwd", "http://:80/x", "http://[/x"],
)
def test_prober_follows_no_redirect_that_leads_elsewhere(location):
    def serve(handler: Handler) -> None:
        redirecting(location.format(port=handler.server.server_port))(handler)

    with serving(serve) as server:
        assert not is_reachable(models_probe(server.url()))
        assert len(server.asked) == 1


def test_prober_does_not_take_every_status_with_a_location_for_a_redirect():
    with serving(listing()) as target, serving(redirecting(target.url(), 300)) as server:
        assert not is_reachable(models_probe(server.url()))
        assert target.asked == []


@pytest.mark.parametrize(
    ("redirects", "found"), [(MAX_REDIRECTS, True), (MAX_REDIRECTS + 1, False)]
)
def test_prober_follows_ten_redirects(monkeypatch, redirects, found):
    monkeypatch.setattr(model_prober, "LIMIT_S", 20)  # whatever else the machine has to do
    monkeypatch.setattr(model_prober, "PATIENCE_S", 20)

    def serve(handler: Handler) -> None:
        number = int(handler.path[1:])
        (redirecting(f"/{number - 1}") if number else listing())(handler)

    with serving(serve) as server:
        assert is_reachable(models_probe(server.url(f"/{redirects}"))) is found
        assert len(server.asked) == MAX_REDIRECTS + 1


def test_prober_has_one_deadline_for_all_redirects():
    def serve(handler: Handler) -> None:
        handler.server.over.wait(0.3)
        redirecting("/")(handler)

    with serving(serve) as server:
        start = time.monotonic()
        found = is_reachable(models_probe(server.url()))
        took_s = time.monotonic() - start

    assert not found
    assert took_s < 2.5  # eleven requests would take 3.3 s


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Serves with a certificate that this process trusts."""
    certificate = tmp_path / "localhost.pem"
    certificate.write_text(CERTIFICATE)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_prober_asks_over_tls(tls):
    with serving(listing(), tls) as server:
        assert is_reachable(models_probe(server.url(scheme="https"), KEY))

        ((_, headers),) = server.asked
    assert headers["Authorization"] == KEY
    assert headers["Host"] == f"127.0.0.1:{server.server_port}"


def test_prober_follows_a_redirect_from_tls_to_tls(tls):
    def serve(handler: Handler) -> None:
        (redirecting("/x") if handler.path != "/x" else listing())(handler)

    with serving(serve, tls) as server:
        assert is_reachable(models_probe(server.url(scheme="https")))


def test_prober_ends_in_time_when_an_answer_over_tls_drips(tls):
    with serving(drip_body, tls) as server:
        start = time.monotonic()
        found = is_reachable(models_probe(server.url(scheme="https")))
        took_s = time.monotonic() - start

    assert not found
    assert took_s < 5 * PATIENCE_S


def test_prober_believes_no_certificate_of_unknown_origin(tls, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)

    with serving(listing(), tls) as server:
        assert not is_reachable(models_probe(server.url(scheme="https"), KEY))
        assert server.asked == []


def test_prober_ends_in_time_when_a_handshake_is_not_answered():
    with serving(Handler.stay) as server:
        start = time.monotonic()
        found = is_reachable(models_probe(server.url(scheme="https")))
        took_s = time.monotonic() - start

    assert not found
    assert took_s < 5 * PATIENCE_S


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_prober_finds_nothing_where_nobody_listens(scheme):
    assert not is_reachable(models_probe(f"{scheme}://localhost:{free_port()}/v1/models"))


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:65536/", "http://127.0.0.1:0/", "http://a..b/", "http://\0/", "http://[/"],
)
def test_prober_finds_nothing_at_an_impossible_url(url):
    assert not is_reachable(models_probe(url))


def test_prober_does_not_wait_for_the_look_up_of_a_name(monkeypatch):
    over = threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: over.wait() and [])

    start = time.monotonic()
    found = is_reachable(models_probe("http://slow.example/"))
    took_s = time.monotonic() - start
    over.set()

    assert not found
    assert took_s < 5 * PATIENCE_S


def test_prober_connects():
    with serving(Handler.stay) as server:
        probe = ModelProbe(ProbeKind.CONNECT, host="localhost", port=server.server_port)

        assert is_reachable(probe)


@pytest.mark.parametrize("port", [0, 999_999, 10**20])
def test_prober_does_not_connect_to_an_impossible_port(port):
    assert not is_reachable(ModelProbe(ProbeKind.CONNECT, host="127.0.0.1", port=port))


def test_prober_does_not_connect_where_nobody_listens():
    assert not is_reachable(ModelProbe(ProbeKind.CONNECT, host="127.0.0.1", port=free_port()))


def make_program(folder: Path) -> None:
    program = folder / ("claude.exe" if sys.platform == "win32" else "claude")
    program.touch(mode=0o755)


def test_prober_finds_a_program_on_the_search_path(tmp_path):
    probe = ModelProbe(ProbeKind.PROGRAM, program="claude")
    prober = ModelProber()
    path = os.pathsep.join([str(tmp_path / "missing"), str(tmp_path)])

    before = prober.is_reachable(probe, fresh=False, path=path)
    make_program(tmp_path)
    after = prober.is_reachable(probe, fresh=False, path=path)

    assert (before, after) == (False, True)


@pytest.mark.parametrize("path", ["", ".", "elsewhere"])
def test_prober_finds_no_program_outside_of_the_search_path(tmp_path, monkeypatch, path):
    make_program(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    assert not is_reachable(ModelProbe(ProbeKind.PROGRAM, program="claude"), path)


@pytest.mark.parametrize("fresh", [True, False])
def test_prober_need_not_ask_when_the_answer_is_certain(fresh):
    prober = ModelProber()

    assert prober.is_reachable(ALWAYS, fresh=fresh, path="")
    assert not prober.is_reachable(NEVER, fresh=fresh, path="")


def test_prober_remembers_an_answer_for_a_while():
    now = 100.0
    with serving(listing()) as server:
        prober = ModelProber(lambda: now)
        probe = models_probe(server.url())
        for later_s in (0, 1.5, 0.5, 3.5):
            now += later_s
            assert prober.is_reachable(probe, fresh=False, path="")

        assert len(server.asked) == 2


def test_prober_asks_again_when_the_answer_has_to_be_fresh():
    with serving(listing([])) as server:
        prober = ModelProber(lambda: 100)
        probe = models_probe(server.url())
        before = prober.is_reachable(probe, fresh=False, path="")
        server.serve = listing()
        remembered = prober.is_reachable(probe, fresh=False, path="")
        fresh = prober.is_reachable(probe, fresh=True, path="")
        noted = prober.is_reachable(probe, fresh=False, path="")

        assert len(server.asked) == 2
    assert (before, remembered, fresh, noted) == (False, False, True, True)


def test_prober_says_nothing(caplog, capfd):
    caplog.set_level(0)
    with serving(HOSTILE["not HTTP"]) as server:
        is_reachable(models_probe(server.url(), f"Bearer {KEY}"))
    is_reachable(models_probe(f"http://127.0.0.1:{free_port()}/", f"Bearer {KEY}"))

    assert caplog.text + "".join(capfd.readouterr()) == ""
