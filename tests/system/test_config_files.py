from __future__ import annotations

import base64
import json
import os

import pytest

from picoclaw_tray.gateway.config import ConfigSources, GatewayConfig, read_config
from picoclaw_tray.gateway.config_error import SECURITY_FILE, ConfigError, ConfigErrorKind
from picoclaw_tray.gateway.release import NEWEST, release_of
from picoclaw_tray.presentation.text import render
from picoclaw_tray.system import config_files
from picoclaw_tray.system import files as files_module
from picoclaw_tray.system.config_files import ConfigFiles
from picoclaw_tray.system.paths import GatewayPlace


@pytest.fixture
def place(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "etc").mkdir()
    return GatewayPlace(tmp_path / "home", tmp_path / "etc" / "config.json")


def write(path, content):
    """As PicoClaw does it: another file takes the name."""
    temporary = path.with_name(".tmp")
    temporary.write_text(content, encoding="utf-8")
    temporary.replace(path)


def config_with(port):
    return json.dumps({"version": 3, "gateway": {"port": port}})


def port_of(config):
    assert isinstance(config, GatewayConfig)
    return config.port


def test_read_gives_the_config(place):
    write(place.config, config_with(18800))

    assert port_of(ConfigFiles(place, {}).read()) == 18800


def test_read_gives_the_defaults_without_a_file(place):
    files = ConfigFiles(place, {})

    assert files.read() == read_config(ConfigSources())
    assert files.is_missing()
    assert files.changed_at() is None


def test_read_applies_the_environment_of_the_gateway(place):
    write(place.config, config_with(18800))

    config = ConfigFiles(place, {"PICOCLAW_GATEWAY_PORT": "18801"}).read()

    assert port_of(config) == 18801


def test_read_follows_the_file(place):
    files = ConfigFiles(place, {})
    ports = [port_of(files.read())]
    write(place.config, config_with(18800))
    ports.append(port_of(files.read()))
    write(place.config, config_with(18801))
    ports.append(port_of(files.read()))
    place.config.unlink()
    ports.append(port_of(files.read()))

    assert ports == [18790, 18800, 18801, 18790]


def test_read_looks_into_the_file_only_when_it_changed(place):
    write(place.config, config_with(18800))
    files = ConfigFiles(place, {})

    assert files.read() is files.read()


def test_read_explains_a_file_that_is_broken(place):
    write(place.config, '{"version": 3, "gateway": {"port": "x"}}')

    error = ConfigFiles(place, {}).read()

    assert isinstance(error, ConfigError)
    assert error.kind is ConfigErrorKind.TYPE


def test_read_explains_a_config_that_is_a_folder(place):
    place.config.mkdir()

    error = ConfigFiles(place, {}).read()

    assert isinstance(error, ConfigError)
    assert error.kind is ConfigErrorKind.UNREADABLE
    assert error.reason


@pytest.mark.linux
@pytest.mark.macos
def test_read_does_not_wait_for_the_writer_of_a_pipe(place):
    os.mkfifo(place.config)

    error = ConfigFiles(place, {}).read()

    assert isinstance(error, ConfigError)
    assert error.kind is ConfigErrorKind.UNREADABLE


@pytest.mark.parametrize(
    ("name", "limit"), [("config.json", "1024 KiB"), (".security.yml", "128 KiB")]
)
def test_read_takes_no_more_than_the_limit_and_says_so(place, name, limit):
    write(place.config, config_with(18800))
    with place.config.with_name(name).open("r+b" if name == "config.json" else "wb") as file:
        file.truncate(10 * 1024 * 1024)

    error = ConfigFiles(place, {}).read()

    assert isinstance(error, ConfigError)
    assert (error.kind, error.file) == (ConfigErrorKind.UNREADABLE, name)
    assert render(error.explanation) == (
        f"PicoClaw's file {name} is larger than {limit}. This tray does not read so much of it."
    )


def test_read_takes_huge_logins_for_none(place):
    write(place.config, config_with(18800))
    with (place.home / "auth.json").open("wb") as file:
        file.truncate(10 * 1024 * 1024)

    assert isinstance(ConfigFiles(place, {}).read(), GatewayConfig)


@pytest.mark.parametrize("name", ["config.json", ".security.yml", "auth.json"])
def test_stamp_changes_with_each_file(place, name):
    path = (place.home if name == "auth.json" else place.config.parent) / name
    files = ConfigFiles(place, {})
    stamps = [files.stamp()]
    write(path, "first")
    stamps.append(files.stamp())
    write(path, "other")
    stamps.append(files.stamp())
    path.unlink()
    stamps.append(files.stamp())

    assert len(set(stamps)) == 3
    assert stamps[0] == stamps[3]


def test_stamp_stays_when_nothing_changes(place):
    write(place.config, config_with(18800))
    files = ConfigFiles(place, {})

    first = files.stamp()
    files.read()

    assert files.stamp() == first


@pytest.mark.linux
@pytest.mark.macos
def test_stamp_changes_when_the_file_becomes_readable(place):
    write(place.config, config_with(18800))
    place.config.chmod(0)
    files = ConfigFiles(place, {})
    first = files.stamp()

    place.config.chmod(0o600)

    assert files.stamp() != first


READY = json.dumps({"version": 3, "model_list": [{"model_name": "m", "model": "x"}]})


def keys_of(config):
    assert isinstance(config, GatewayConfig), config
    return config.models[0].keys


def config_with_key(key):
    model = {"model_name": "m", "model": "x", "api_keys": [key]}
    return json.dumps({"version": 3, "model_list": [model]})


def security_with_key(key):
    return f"model_list: {{m: {{api_keys: [{json.dumps(key)}]}}}}\n"


def test_read_lays_the_security_file_over_the_config(place):
    write(place.config, READY)
    write(place.config.with_name(SECURITY_FILE), security_with_key("sk-example"))

    assert keys_of(ConfigFiles(place, {}).read()) == ("sk-example",)


def test_read_knows_the_logins(place):
    write(place.home / "auth.json", '{"credentials":{"openai":{"access_token":"x"}}}')

    config = ConfigFiles(place, {}).read()

    assert isinstance(config, GatewayConfig)
    assert config.logins == {"openai"}


def test_read_takes_logins_that_cannot_be_read_for_none(place):
    (place.home / "auth.json").mkdir()

    config = ConfigFiles(place, {}).read()

    assert isinstance(config, GatewayConfig)
    assert not config.logins


def test_read_explains_a_security_file_that_is_a_folder(place):
    place.config.with_name(SECURITY_FILE).mkdir()

    error = ConfigFiles(place, {}).read()

    assert isinstance(error, ConfigError)
    assert (error.kind, error.file) == (ConfigErrorKind.UNREADABLE, SECURITY_FILE)


def test_read_reads_as_the_release_does(place):
    write(place.config, '{"version": 3, "unknown": 1}')
    files = ConfigFiles(place, {})

    assert isinstance(files.read(NEWEST), ConfigError)
    assert isinstance(files.read(release_of("v0.2.7")), GatewayConfig)


@pytest.fixture
def secrets(place):
    folder = place.config.parent
    (folder / "k.txt").write_text(" sk-example\n", encoding="utf-8")
    (folder / "empty.txt").write_text(" \n", encoding="utf-8")
    (folder / "sub").mkdir()
    (folder / "sub" / "k").write_text("sk-sub", encoding="utf-8")
    (place.home / "outside").write_text("sk-outside", encoding="utf-8")
    return folder


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("k.txt", "sk-example"),
        (" k.txt ", "sk-example"),
        ("/k.txt", "sk-example"),
        ("sub/k", "sk-sub"),
        ("sub/../k.txt", "sk-example"),
        ("nowhere/../k.txt", "sk-example"),
    ],
)
def test_read_follows_a_secret_into_a_file(place, name, key):
    write(place.config, config_with_key(f"file://{name}"))

    assert keys_of(ConfigFiles(place, {}).read()) == (key,)


MISSING = ["missing", "../missing", "/etc/nowhere"]
UNUSABLE = ["empty.txt", "../home/outside", "sub", ".", "k.txt/x", "a\0b", ""]


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("name", [*MISSING, *UNUSABLE])
def test_read_rejects_a_secret_in_the_config_whose_file_cannot_be_had(place, name):
    write(place.config, config_with_key(f"file://{name}"))

    error = ConfigFiles(place, {}).read()

    assert isinstance(error, ConfigError)
    assert error.kind is ConfigErrorKind.UNRESOLVED_SECRET


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("name", MISSING)
def test_read_ignores_a_missing_file_of_a_secret_in_the_security_file(place, name):
    write(place.config, config_with_key("sk-example"))
    write(place.config.with_name(SECURITY_FILE), security_with_key(f"file://{name}"))

    assert keys_of(ConfigFiles(place, {}).read()) == ("sk-example",)


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("name", UNUSABLE)
def test_read_rejects_any_other_secret_in_the_security_file(place, name):
    write(place.config, READY)
    write(place.config.with_name(SECURITY_FILE), security_with_key(f"file://{name}"))

    error = ConfigFiles(place, {}).read()

    assert isinstance(error, ConfigError)
    assert (error.kind, error.file) == (ConfigErrorKind.UNRESOLVED_SECRET, SECURITY_FILE)


@pytest.mark.linux
@pytest.mark.macos
def test_read_follows_no_link_out_of_the_folder(place, secrets):
    (secrets / "link").symlink_to(place.home / "outside")
    (secrets / "loop").symlink_to(secrets / "loop")
    files = ConfigFiles(place, {})

    for name in ("link", "loop"):
        write(place.config, config_with_key(f"file://{name}"))
        assert isinstance(files.read(), ConfigError)


def test_read_follows_the_files_of_secrets(place, secrets):
    write(place.config, config_with_key("file://k.txt"))
    files = ConfigFiles(place, {})
    before = files.read()
    write(secrets / "k.txt", "sk-other")

    assert (keys_of(before), keys_of(files.read())) == (("sk-example",), ("sk-other",))


@pytest.mark.usefixtures("secrets")
def test_read_follows_a_secret_that_a_variable_names(place):
    write(place.config, READY)
    variable = "PICOCLAW_TOOLS_WEB_BRAVE_API_KEYS"

    assert isinstance(ConfigFiles(place, {variable: "a,file://k.txt"}).read(), GatewayConfig)
    assert isinstance(ConfigFiles(place, {variable: "file://missing"}).read(), ConfigError)


ENCRYPTED = "enc://" + "A" * 40


@pytest.mark.parametrize("at_home", [True, False])
def test_read_looks_for_the_key_file_of_encrypted_secrets(place, tmp_path, at_home):
    key_file = tmp_path / ".ssh" / "picoclaw_ed25519.key" if at_home else tmp_path / "key"
    environ = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    environ |= {} if at_home else {"PICOCLAW_SSH_KEY_PATH": str(key_file)}
    write(place.config, config_with_key(ENCRYPTED))
    without_passphrase = ConfigFiles(place, environ).read()
    environ["PICOCLAW_KEY_PASSPHRASE"] = "words"
    without_key = ConfigFiles(place, environ).read()
    key_file.parent.mkdir(exist_ok=True)
    key_file.write_text("key", encoding="utf-8")

    assert isinstance(without_passphrase, ConfigError)
    assert isinstance(without_key, ConfigError)
    assert without_passphrase.reason != without_key.reason
    assert keys_of(ConfigFiles(place, environ).read()) == (ENCRYPTED,)


def test_changed_at_is_the_time_of_the_newer_file(place):
    security = place.config.with_name(SECURITY_FILE)
    for path, seconds in ((place.config, 100), (security, 200), (place.home / "auth.json", 300)):
        write(path, "")
        os.utime(path, (seconds, seconds))
    files = ConfigFiles(place, {})

    assert files.changed_at() == 200
    assert not files.is_missing()


@pytest.mark.parametrize("name", ["\\ud800", "x\\u0000y", "a" * 300, "../" * 50])
def test_name_of_a_secret_file_that_cannot_be_one_is_a_classed_error(place, name):
    entry = f'{{"model_name":"m","model":"x","api_keys":["file://{name}"]}}'
    write(place.config, f'{{"version":3,"model_list":[{entry}]}}')

    error = ConfigFiles(place, {}).read()

    assert isinstance(error, ConfigError)
    assert error.kind is ConfigErrorKind.UNRESOLVED_SECRET


@pytest.mark.parametrize("key_file", ["a" * 5000, "\0", "/nowhere/none"])
def test_key_file_that_cannot_be_looked_at_is_as_good_as_none(place, key_file):
    write(place.config, config_with(18800))

    config = ConfigFiles(place, {"PICOCLAW_SSH_KEY_PATH": key_file}).read()

    assert port_of(config) == 18800


def test_key_file_that_comes_later_is_noticed(place, tmp_path):
    key_file = tmp_path / "key"
    secret = base64.b64encode(b"x" * 40).decode()
    entry = {"model_name": "m", "model": "x", "api_keys": [f"enc://{secret}"]}
    write(place.config, json.dumps({"version": 3, "model_list": [entry]}))
    environ = {"PICOCLAW_KEY_PASSPHRASE": "p", "PICOCLAW_SSH_KEY_PATH": str(key_file)}
    files = ConfigFiles(place, environ)
    assert isinstance(files.read(), ConfigError)

    key_file.write_text("key")

    assert isinstance(files.read(), GatewayConfig)


def test_change_while_the_files_are_read_is_noticed(place, monkeypatch):
    write(place.config, config_with(18800))
    files = ConfigFiles(place, {})

    def read_and_change(path, limit):
        content = files_module.read_bounded(path, limit)
        if path == place.config:
            monkeypatch.undo()
            write(place.config, config_with(18801))
        return content

    monkeypatch.setattr(config_files, "read_bounded", read_and_change)

    ports = [port_of(files.read()), port_of(files.read())]

    assert ports == [18800, 18801]


def test_error_from_the_environment_has_no_place(place):
    write(place.config, config_with(18800))
    files = ConfigFiles(place, {"PICOCLAW_GATEWAY_PORT": "0"})

    error = files.read()

    assert isinstance(error, ConfigError)
    assert error.line is None
    assert files.place_of(error) is None
