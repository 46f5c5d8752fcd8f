"""What a start would be like: real files, a real program, a model server on the loopback."""

from __future__ import annotations

import json
import sys
import threading
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.gateway.command_line import GatewayCommand
from picoclaw_tray.gateway.failure_rules import FailureClass
from picoclaw_tray.gateway.release import NEWEST, release_of
from picoclaw_tray.lifecycle.messages import LaunchPlan
from picoclaw_tray.presentation.situation import Outlook
from picoclaw_tray.presentation.text import render
from picoclaw_tray.settings import Settings
from picoclaw_tray.system import preflight
from picoclaw_tray.system.crew import assemble
from tests.support.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from picoclaw_tray.lifecycle.state import Failure
    from picoclaw_tray.system.launch_site import LaunchSite
    from picoclaw_tray.system.preflight import Checked
    from picoclaw_tray.text import Text
    from tests.support.gateway_home import GatewayHome


def program_of(checked: Checked) -> str:
    assert checked.command is not None
    return checked.command.program


class Handler(BaseHTTPRequestHandler):
    """Offers the model ``m``, and keeps a record of what was asked."""

    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        body = b'{"data":[{"id":"m"}]}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


class Server(ThreadingHTTPServer):
    """A model server."""

    daemon_threads = False

    def __init__(self, port: int) -> None:
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", port), Handler)


@contextmanager
def model_server(port: int) -> Iterator[Server]:
    server = Server(port)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def check(site: LaunchSite) -> Checked:
    return assemble(site).preflight.check(fresh=True)


def objection_of(site: LaunchSite) -> Failure:
    objection = check(site).objection
    assert objection is not None
    return objection


def said(sentence: Text | None) -> str:
    assert sentence is not None
    return render(sentence)


def configure(home: GatewayHome, *entries: dict[str, object], version: int = 3) -> None:
    """A config whose default model has these entries."""
    config = {
        "version": version,
        "agents": {"defaults": {"model_name": "m"}},
        "model_list": [{"model_name": "m", "model": "m"} | entry for entry in entries],
    }
    home.place.config.write_text(json.dumps(config), encoding="utf-8")


def local(port: int) -> dict[str, object]:
    return {"provider": "vllm", "api_base": f"http://127.0.0.1:{port}/v1"}


def test_home_that_is_in_order_is_ready(stand_in_home: GatewayHome) -> None:
    checked = check(stand_in_home.site("version=0.2.9"))

    assert (checked.command, checked.version) == (stand_in_home.command, "0.2.9")
    assert checked.release == release_of("0.2.9")
    assert checked.config is not None
    assert (checked.objection, checked.remark) == (None, None)
    assert checked.outlook == Outlook("0.2.9", "m", program=program_of(checked))


def test_checking_changes_nothing_in_the_home(stand_in_home: GatewayHome) -> None:
    before = stand_in_home.place.config.read_bytes()

    check(stand_in_home.site())

    assert list(stand_in_home.place.home.iterdir()) == [stand_in_home.place.config]
    assert stand_in_home.place.config.read_bytes() == before
    assert not (stand_in_home.folder / "state").exists()


def test_folder_in_the_place_of_the_pid_file_may_go_by_itself(stand_in_home: GatewayHome) -> None:
    stand_in_home.place.pid_file.mkdir()

    objection = objection_of(stand_in_home.site())

    assert objection.failure_class == FailureClass.NOT_READY
    assert (objection.curable, objection.passable) == (True, False)
    assert str(stand_in_home.place.pid_file) in said(objection.reason)


# -- the program --------------------------------------------------------------------------------


def test_missing_program_is_all_there_is_to_say(
    stand_in_home: GatewayHome, elsewhere: Path
) -> None:
    stand_in_home.break_config()
    environ = {"PATH": str(elsewhere), "HOME": str(elsewhere), "USERPROFILE": str(elsewhere)}
    checked = check(replace(stand_in_home.site(), command=None, environ=environ))

    assert checked.objection is not None
    assert checked.objection.failure_class == FailureClass.BINARY_MISSING
    assert (checked.command, checked.config) == (None, None)
    assert checked.outlook == Outlook(objection=checked.objection)


@pytest.mark.parametrize("version", ["0.2.2", "v0.1.0"])
def test_program_that_is_too_old_is_named(stand_in_home: GatewayHome, version: str) -> None:
    stand_in_home.break_config()

    checked = check(stand_in_home.site(f"version={version}"))

    objection = checked.objection
    assert objection is not None
    assert objection.failure_class == FailureClass.NOT_RUNNABLE
    assert (objection.curable, objection.passable) == (False, False)
    assert f"PicoClaw {version.removeprefix('v')} cannot be started" in said(objection.reason)
    assert "0.2.6 or newer" in said(objection.reason)
    assert checked.outlook == Outlook(version, "", objection, program=program_of(checked))


@pytest.mark.parametrize("version", ["0.2.3", "0.2.4", "0.2.5"])
def test_limits_of_an_old_program_are_mentioned(stand_in_home: GatewayHome, version: str) -> None:
    configure(stand_in_home, {}, version=1)

    checked = check(stand_in_home.site(f"version={version}"))

    assert checked.objection is None
    assert f"PicoClaw {version}" in said(checked.remark)
    assert checked.outlook == Outlook(version, "", None, checked.remark, program_of(checked))


def test_limits_of_an_old_program_are_mentioned_beside_an_objection(
    stand_in_home: GatewayHome,
) -> None:
    stand_in_home.place.config.unlink()

    checked = check(stand_in_home.site("version=0.2.5"))

    assert checked.objection is not None
    assert checked.objection.detail == "no default model configured"
    assert "PicoClaw 0.2.5" in said(checked.remark)


def test_program_that_does_not_tell_its_version_is_taken_for_the_newest(
    stand_in_home: GatewayHome,
) -> None:
    command = GatewayCommand(sys.executable, ("-c", "raise SystemExit(3)"))

    checked = check(replace(stand_in_home.site(), command=command))

    assert (checked.version, checked.release) == ("", NEWEST)
    assert checked.objection is None


def test_program_is_asked_for_its_version_once(stand_in_home: GatewayHome, elsewhere: Path) -> None:
    asked = elsewhere / "asked"
    script = f"open({str(asked)!r}, 'a').write('x'); print('picoclaw 0.2.9')"
    command = GatewayCommand(sys.executable, ("-c", script))
    crew = assemble(replace(stand_in_home.site(), command=command))

    versions = [crew.preflight.check(fresh=True).version for _ in range(3)]

    assert versions == ["0.2.9"] * 3
    assert asked.read_text(encoding="utf-8") == "x"


# -- the config ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "content", "line"),
    [
        ("config.json", '{"version": 3,\n ?}', 2),
        ("config.json", '{"version": 3,\n "gateway": {\n  "port": "18790"}}', 3),
        (".security.yml", "model_list:\n  m: 7\n", 2),
    ],
)
def test_broken_config_is_shown_with_its_place(
    stand_in_home: GatewayHome, file: str, content: str, line: int
) -> None:
    path = stand_in_home.place.home / file
    path.write_text(content, encoding="utf-8")

    checked = check(stand_in_home.site())

    objection = checked.objection
    assert objection is not None
    assert objection.failure_class == FailureClass.CONFIG_UNREADABLE
    assert (objection.curable, objection.passable) == (False, False)
    assert said(objection.next_step) == f"The place is {path}:{line}."
    assert objection.detail
    assert checked.config is None


def test_config_is_read_as_the_release_reads_it(stand_in_home: GatewayHome) -> None:
    stand_in_home.place.config.write_text(
        '{"version": 3, "tray": 1, "agents": {"defaults": {"model_name": "x"}}}', encoding="utf-8"
    )

    older = objection_of(stand_in_home.site("version=0.2.7"))
    newer = objection_of(stand_in_home.site("version=0.2.8"))

    assert older.detail == 'default model "x" is invalid'
    assert newer.detail == "config.json contains unknown field(s): tray"


def test_config_is_read_with_the_environment_the_gateway_gets(stand_in_home: GatewayHome) -> None:
    site = stand_in_home.site()
    environ = {**site.environ, "PICOCLAW_AGENTS_DEFAULTS_MODEL_NAME": "other"}
    settings = Settings(host="127.0.0.1", log_level="debug")

    checked = check(replace(site, environ=environ, settings=settings))

    assert checked.config is not None
    assert (checked.config.host, checked.config.log_level) == ("127.0.0.1", "debug")
    assert checked.outlook.default_model == "other"
    assert checked.objection is not None
    assert checked.objection.detail == 'default model "other" is invalid'


def test_config_that_is_missing_is_named(stand_in_home: GatewayHome) -> None:
    stand_in_home.place.config.unlink()

    objection = objection_of(stand_in_home.site())

    assert objection.failure_class == FailureClass.NOT_READY
    assert objection.detail == "no default model configured"
    assert f"no configuration at {stand_in_home.place.config}" in said(objection.reason)
    assert "picoclaw onboard" in said(objection.next_step)
    assert objection.passable


def test_config_with_an_old_schema_is_not_judged(stand_in_home: GatewayHome) -> None:
    configure(stand_in_home, version=2)

    checked = check(stand_in_home.site())

    assert checked.objection is None
    assert "the older version 2" in said(checked.remark)
    assert checked.outlook == Outlook("demo-1", "", None, checked.remark, program_of(checked))


# -- the model ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entries", "detail", "passable"),
    [
        ([{}], 'default model "m" has no credentials configured', True),
        ([], 'default model "m" is invalid', False),
        (
            [{"provider": "elevenlabs", "api_keys": ["k"]}],
            'default model "m" is not usable for chat',
            False,
        ),
    ],
)
def test_model_that_cannot_be_used_is_named(
    stand_in_home: GatewayHome, entries: list[dict[str, object]], detail: str, passable: bool
) -> None:
    configure(stand_in_home, *entries)

    objection = objection_of(stand_in_home.site())

    assert objection.failure_class == FailureClass.NOT_READY
    assert objection.detail == detail
    assert (objection.curable, objection.passable) == (False, passable)
    assert said(objection.next_step) == f"The file is {stand_in_home.place.config}."


def test_local_model_that_is_away_is_waited_for_unless_anyway(stand_in_home: GatewayHome) -> None:
    configure(stand_in_home, local(free_port()))
    crew = assemble(stand_in_home.site())

    objection = crew.preflight.check(fresh=False).objection
    anyway = crew.preparer.prepare(anyway=True, replacing=None, fresh=True)
    refused = crew.preparer.prepare(anyway=False, replacing=None, fresh=True)

    assert objection == refused
    assert objection is not None
    assert objection.detail == 'default model "m" is not reachable'
    assert (objection.curable, objection.passable) == (True, True)
    assert isinstance(anyway, LaunchPlan)


def test_local_model_that_comes_back_is_seen_at_once(stand_in_home: GatewayHome) -> None:
    port = free_port()
    configure(stand_in_home, local(port))
    checker = assemble(stand_in_home.site()).preflight
    for _ in range(3):  # the longer it was away, the longer that is believed
        assert checker.check(fresh=True).objection is not None

    with model_server(port) as server:
        assert checker.check(fresh=False).objection is not None
        assert server.asked == []
        assert checker.check(fresh=True).objection is None
        assert server.asked == ["/v1/models"]
        assert checker.check(fresh=False).objection is None


def test_local_model_that_goes_away_is_missed_at_once(stand_in_home: GatewayHome) -> None:
    port = free_port()
    configure(stand_in_home, local(port))
    checker = assemble(stand_in_home.site()).preflight
    with model_server(port):
        assert checker.check(fresh=True).objection is None

    assert checker.check(fresh=True).objection is not None


def test_one_of_several_models_is_enough(stand_in_home: GatewayHome) -> None:
    port = free_port()
    configure(stand_in_home, local(free_port()), {}, local(port))

    with model_server(port):
        checked = check(stand_in_home.site())

    assert checked.objection is None
    assert said(checked.remark).startswith("2 of 3 entries named “m” cannot be used now.")


def test_program_that_does_not_tell_its_version_is_named(
    stand_in_home: GatewayHome, elsewhere: Path
) -> None:
    program = elsewhere / "other"
    program.write_text("#!/bin/sh\necho GNU other 5.2\n", encoding="utf-8")
    program.chmod(0o755)
    site = replace(stand_in_home.site(), command=GatewayCommand(str(program)))

    checked = check(site)

    assert checked.objection is None
    assert "does not tell its version as PicoClaw does" in said(checked.remark)


def test_no_model_is_asked_when_the_time_is_up(
    stand_in_home: GatewayHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "PROBING_LIMIT_S", 0.0)
    monkeypatch.setattr(preflight, "QUICK_LIMIT_S", 0.0)
    port = free_port()
    configure(stand_in_home, local(port))

    with model_server(port) as server:
        assert check(stand_in_home.site()).objection is not None
        assert server.asked == []


def test_program_of_a_model_is_looked_for_on_the_search_path(
    stand_in_home: GatewayHome, elsewhere: Path
) -> None:
    configure(stand_in_home, {"provider": "codex-cli"})
    site = stand_in_home.site()
    site = replace(site, environ={**site.environ, "PATH": str(elsewhere)})
    checker = assemble(site).preflight

    without = checker.check(fresh=False).objection
    (elsewhere / ("codex.exe" if sys.platform == "win32" else "codex")).touch(mode=0o755)

    assert without is not None
    assert "needs the program “codex”" in said(without.reason)
    assert checker.check(fresh=False).objection is None
