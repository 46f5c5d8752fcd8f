"""Secrets that a test plants, and the places where nobody may find them again."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import open_dbus_connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from jeepney.io.blocking import DBusConnection

    from tests.support.gateway_home import GatewayHome

IN_CONFIG = "Planted5in9config2d41"
IN_SECURITY = "Planted7in3security8f2"
# Each is as long as a real one of its kind, and looks like it.
SAID_BOT = "AAEplantedInOutput-0123456789abcdefg"
SAID_BEARER = "Planted4in6a8bearer1header"
SAID_KEY = "sk-proj-Planted8in2the1output6"
SAID = (
    f"Post https://api.telegram.org/bot123456789:{SAID_BOT}/getMe failed; "
    f"Authorization: Bearer {SAID_BEARER} and then {SAID_KEY}"
)
IN_ENVIRONMENT = {
    "OPENAI_API_KEY": "Planted3in1environment7",
    "PICOCLAW_CHANNELS_TELEGRAM_TOKEN": "987654321:AAEplantedInEnvironment-0123456789ab",
    "SOME_PASSWORD": "Planted2password8of5somebody",
}
SAID_VALUES = f"knows {IN_CONFIG} and {IN_SECURITY}"
"""Nothing tells that they are secrets, but for the files."""
KNOWN = (IN_CONFIG, IN_SECURITY, SAID_BOT, SAID_BEARER, SAID_KEY, *IN_ENVIRONMENT.values())
"""All of them, but for the token that each gateway makes for itself."""


def plant(home: GatewayHome) -> None:
    """Put secrets into the files that a person keeps secrets in."""
    config = json.loads(home.place.config.read_text(encoding="utf-8"))
    config["model_list"][0]["api_keys"] = [IN_CONFIG]
    home.place.config.write_text(json.dumps(config), encoding="utf-8")
    security = f"model_list:\n  m:0:\n    api_keys:\n      - {IN_SECURITY}\n"
    home.place.config.with_name(".security.yml").write_text(security, encoding="utf-8")


def token_of(home: GatewayHome) -> str:
    """The token that the running gateway has made for itself."""
    token = json.loads(home.place.pid_file.read_text(encoding="utf-8"))["token"]
    assert isinstance(token, str)
    return token


def assert_nowhere(tokens: Iterable[str], places: Mapping[str, bytes]) -> None:
    """No place holds any of the tokens; a failure names place and token."""
    found = [
        f"{token!r} in {name}"
        for token in tokens
        for name, content in places.items()
        if token.encode() in content
    ]
    if found:
        raise AssertionError("\n".join(found))


def files_below(*folders: Path, but_for: Iterable[Path] = ()) -> dict[str, bytes]:
    """The content of every regular file, and as a place of its own all their names."""
    spared = set(but_for)
    paths = [path for folder in folders for path in folder.rglob("*")]
    places = {"the names of files": "\n".join(map(str, paths)).encode()}
    for path in paths:
        if path.is_file() and not spared.intersection((path, *path.parents)):
            with suppress(FileNotFoundError):
                places[str(path)] = path.read_bytes()
    return places


@contextmanager
def watching_command_lines() -> Iterator[set[bytes]]:
    """Collects the command lines of all processes of the machine (Linux), also of short-lived."""
    seen: set[bytes] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.01):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                with suppress(OSError):
                    seen.add(path.read_bytes())

    with _running(watch, over):
        yield seen


@contextmanager
def watching_bus(address: str) -> Iterator[bytearray]:
    """Collects all that is said on a message bus: icons, tooltips, menus, notifications."""
    said = bytearray()
    over = threading.Event()
    with open_dbus_connection(address) as connection:
        _become_monitor(connection)

        def watch() -> None:
            while not over.is_set():
                with suppress(TimeoutError):
                    said.extend(connection.receive(timeout=0.1).serialise())

        with _running(watch, over):
            yield said


def _become_monitor(connection: DBusConnection) -> None:
    bus = "org.freedesktop.DBus"
    monitoring = DBusAddress("/org/freedesktop/DBus", bus, f"{bus}.Monitoring")
    everything: list[str] = []
    call = new_method_call(monitoring, "BecomeMonitor", "asu", (everything, 0))
    connection.send_and_get_reply(call, timeout=5)


@contextmanager
def _running(work: Callable[[], None], over: threading.Event) -> Iterator[None]:
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
