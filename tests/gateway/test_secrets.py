from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.config_error import SECURITY_FILE, ConfigErrorKind, InvalidConfigError
from picoclaw_tray.gateway.secrets import (
    MissingSecretFileError,
    SecretSources,
    is_unmistakable,
    secret_file_names,
)

PATH = "model_list[0].api_keys[0]"
ENCRYPTED = "enc://" + base64.b64encode(bytes(29)).decode()


@pytest.mark.parametrize("raw", ["", "sk-example", "FILE://k", " file://k", "ENC://x"])
def test_read_gives_plain_text_as_it_is(raw):
    assert SecretSources().read(raw, PATH) == raw


@pytest.mark.parametrize("raw", ["file://k.txt", "file:// k.txt "])
def test_read_gives_the_content_of_a_file(raw):
    assert SecretSources(files={"k.txt": "sk-example"}).read(raw, PATH) == "sk-example"


def test_read_tells_a_missing_file_from_one_that_cannot_be_used():
    sources = SecretSources(files={"missing": None, "empty": ""})

    with pytest.raises(MissingSecretFileError):
        sources.read("file://missing", PATH)
    with pytest.raises(MissingSecretFileError):
        sources.read("file://never-looked-for", PATH)
    with pytest.raises(InvalidConfigError) as caught:
        sources.read("file://empty", PATH)
    assert caught.value.error.kind is ConfigErrorKind.UNRESOLVED_SECRET


@pytest.mark.parametrize("raw", ["file://", "file://  "])
def test_read_rejects_a_file_without_a_name(raw):
    with pytest.raises(InvalidConfigError):
        SecretSources(files={"": "x"}).read(raw, PATH)


@pytest.mark.parametrize(
    "raw", [ENCRYPTED, f"{ENCRYPTED}\n", f"{ENCRYPTED[:20]}\r\n{ENCRYPTED[20:]}"]
)
def test_read_keeps_an_encrypted_secret_that_can_be_had(raw):
    sources = SecretSources(has_passphrase=True, has_key_file=True)

    assert sources.read(raw, PATH) == raw


@pytest.mark.parametrize(
    ("raw", "sources", "reason"),
    [
        (ENCRYPTED, SecretSources(has_key_file=True), "credential: enc:// passphrase required"),
        ("enc://!", SecretSources(has_key_file=True), "credential: enc:// passphrase required"),
    ],
)
def test_read_asks_for_the_passphrase_first(raw, sources, reason):
    with pytest.raises(InvalidConfigError) as caught:
        sources.read(raw, PATH)

    assert caught.value.error.reason == reason


@pytest.mark.parametrize("raw", ["enc://", "enc://!!", "enc://QQ==", "enc://ä", "enc://A"])
def test_read_says_that_an_encrypted_secret_is_not_complete(raw):
    complete = SecretSources(has_passphrase=True)

    with pytest.raises(InvalidConfigError) as caught:
        complete.read(raw, PATH)

    with pytest.raises(InvalidConfigError) as without_key:
        complete.read(ENCRYPTED, PATH)
    assert caught.value.error.reason != without_key.value.error.reason


def test_read_names_the_file_in_which_the_secret_stands():
    with pytest.raises(InvalidConfigError) as caught:
        SecretSources().read(ENCRYPTED, PATH, SECURITY_FILE)

    error = caught.value.error
    assert (error.file, error.field) == (SECURITY_FILE, PATH)
    assert error.reason.startswith("failed to load security config: credential: ")


CONFIG = rb'{"a":["file://one", {"b":"file:\/\/two", "c":1, "d":"x"}]}'
SECURITY = b"a: [file://three, 'file:// four ']\n"


def test_secret_file_names_come_from_both_files_and_from_overrides():
    environ = {"PICOCLAW_TOOLS_WEB_BRAVE_API_KEYS": "x,file://five", "HOME": "file://not"}

    names = secret_file_names(CONFIG, SECURITY, environ)

    assert names == {"one", "two", "three", "four", "five"}


@pytest.mark.parametrize(
    ("config", "security"),
    [
        (None, None),
        (b'{"a":"file://one"', b"a: [file://one, \0"),
        (b'{"a":1}', b"a: {b: c}"),
        (b"[" * 100_000 + b"file://", b""),
    ],
)
def test_secret_file_names_are_few_when_nothing_can_be_read(config, security):
    assert secret_file_names(config, security, {}) <= {"one"}


@given(st.binary(), st.binary())
def test_secret_file_names_gives_names_for_any_bytes(config, security):
    names = secret_file_names(b'"file://' + config, b"a: file://" + security, {})

    assert all(isinstance(name, str) for name in names)


@pytest.mark.parametrize(
    "value",
    [
        *("aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF", "hunter2x", "Correct7Horse-Battery", "q" * 20),
        *("AbCdEfGhIjKlMnOpQrS", "xY-AbCdEfGh", "123456789012"),
    ],
)
def test_value_that_is_nothing_else_is_unmistakable(value):
    assert is_unmistakable(value)


@pytest.mark.parametrize(
    "value",
    ["", "a1b2c3d", "password", "your-api-key", "YOUR_BOT_TOKEN_2", "Sk-Example", "12345678901"],
)
def test_word_placeholder_or_number_is_not_unmistakable(value):
    assert not is_unmistakable(value)


def test_encrypted_value_is_no_secret_itself():
    assert not is_unmistakable(ENCRYPTED)
