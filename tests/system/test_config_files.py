from __future__ import annotations

import json
import os

import pytest

from picoclaw_tray.gateway.config import GatewayConfig
from picoclaw_tray.gateway.config_error import ConfigError, ConfigErrorKind
from picoclaw_tray.system import config_files
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
    assert ConfigFiles(place, {}).read() == GatewayConfig()


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


def test_read_takes_no_more_than_the_limit(place, monkeypatch):
    monkeypatch.setattr(config_files, "LIMIT", 30)
    write(place.config, config_with(18800) + " " * 100)

    error = ConfigFiles(place, {}).read()

    assert isinstance(error, ConfigError)
    assert error.kind is ConfigErrorKind.SYNTAX


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
