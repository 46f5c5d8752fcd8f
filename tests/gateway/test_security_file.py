from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.config_error import SECURITY_FILE, ConfigError, ConfigErrorKind
from picoclaw_tray.gateway.secrets import SecretSources
from picoclaw_tray.gateway.security_file import SecurityFile, read_security_file

SOURCES = SecretSources(files={"k": "from file", "empty": "", "missing": None})


def read(text: str | bytes) -> SecurityFile | ConfigError:
    raw = text.encode() if isinstance(text, str) else text
    return read_security_file(raw, SOURCES.read)


def file_of(text: str | bytes) -> SecurityFile:
    security = read(text)
    assert isinstance(security, SecurityFile), security
    return security


def error_of(text: str | bytes) -> ConfigError:
    error = read(text)
    assert isinstance(error, ConfigError), error
    return error


def test_read_security_file_reads_the_example_of_the_contract():
    security = file_of(
        "channel_list:\n  pico:\n    settings:\n      token: 0123456789abcdef\n"
        "model_list:\n  gpt-5.4:0:\n    api_keys:\n      - sk-example\n"
        "web:\n  brave: {}\nskills:\n  registries: {}\n"
    )

    assert security == SecurityFile(
        models={"gpt-5.4:0": ("sk-example",)},
        web={"brave": {}},
        channels={"pico": {"token": "0123456789abcdef"}},
    )
    assert "sk-example" not in repr(security)


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "null\n", "---\n", "gateway: [x]\nfoo: {a: 1, a: 2}\n"]
)
def test_read_security_file_is_empty_without_a_known_section(text):
    assert file_of(text) == SecurityFile()


@pytest.mark.parametrize(
    ("entry", "keys"),
    [
        ("{}", ()),
        ("{api_keys: }", ()),
        ("{api_keys: []}", ()),
        ("{other: x}", ()),
        ("{api_keys: [a, b]}", ("a", "b")),
        ("{api_keys: ['', a]}", ("", "a")),
        ("{api_keys: [null, 12345, true]}", ("", "12345", "true")),
        ("{api_keys: [[a], {b: c}]}", ("", "")),
        ("{api_keys: ['[NOT_HERE]']}", ("[NOT_HERE]",)),
        ("{api_keys: [file://k]}", ("from file",)),
    ],
)
def test_read_security_file_reads_the_keys_of_a_model(entry, keys):
    assert file_of(f"model_list: {{m: {entry}}}\n").models == {"m": keys}


@pytest.mark.parametrize("entry", ["", "~", "null", "NULL"])
def test_read_security_file_wipes_nothing_by_null(entry):
    assert file_of(f"model_list:\n  m: {entry}\n").models == {}


@pytest.mark.parametrize(("value", "empties"), [("", True), ("~", True), ("{}", False)])
def test_read_security_file_tells_whether_the_model_list_is_emptied(value, empties):
    assert file_of(f"model_list: {value}\n").empties_models is empties


@pytest.mark.parametrize("section", ["channel_list", "channels"])
def test_read_security_file_takes_only_nested_settings(section):
    security = file_of(
        f"{section}:\n  pico: {{settings: {{token: a}}}}\n  irc: {{password: b}}\n  vk:\n"
        "  qq: {settings: }\n"
    )

    assert security.channels == {"pico": {"token": "a"}, "irc": None, "vk": None, "qq": None}


def test_read_security_file_takes_the_older_section_only_if_it_comes_first():
    new, old = "channel_list: {a: {settings: {x: 1}}}\n", "channels: {a: {settings: {x: 2}}, b: }\n"

    assert file_of(new + old).channels == {"a": {"x": 1}}
    assert file_of(old + new).channels == {"a": {"x": 2}, "b": None}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-1_000", -1000),
        ("0x10", 16),
        ("0o10", 8),
        ("5.0", 5),
        ("1.5e1", 15),
        ("1.5", 1.5),
        ("99999999999999999999", 1e20),
        ("1e400", float("inf")),
        ("true", True),
        ("yes", "yes"),
        ("'12'", "12"),
        ("2026-01-01", "2026-01-01"),
        ("", None),
        ("[a, 1]", ["a", 1]),
        ("{a: {b: c}}", {"a": {"b": "c"}}),
    ],
)
def test_read_security_file_gives_plain_values(text, value):
    security = file_of(f"channel_list: {{a: {{settings: {{x: {text}}}}}}}\n")

    assert security.channels == {"a": {"x": value}}


def test_read_security_file_reads_search_keys_and_nothing_else_of_web():
    security = file_of(
        "web:\n  brave: {api_keys: [a, file://k], enabled: [x]}\n  gemini: {api_key: b}\n"
        "  glm_search: {api_key: }\n  kagi: {api_keys: }\n  tavily:\n  sogou: x\n  unknown: [x]\n"
    )

    assert security.web == {
        "brave": {"api_keys": ["a", "from file"]},
        "gemini": {"api_key": "b"},
        "glm_search": {"api_key": ""},
        "kagi": {},
    }


@pytest.mark.parametrize("text", ["web:\n", "skills:\n", "skills: {registries: x, github: }\n"])
def test_read_security_file_takes_empty_sections(text):
    assert file_of(text) == SecurityFile()


def test_read_security_file_follows_aliases_and_merges():
    security = file_of(
        "x: &x {api_keys: [a]}\ny: &y {n: *x, m: {api_keys: [b]}}\n"
        "model_list: {m: {<<: *x}, k: *x, <<: [*y]}\n"
    )

    assert security.models == {"m": ("a",), "k": ("a",), "n": ("a",)}


@pytest.mark.parametrize(
    "text",
    ["model_list:\t{m: {}}\n", "model_list:\r\n  m: {}\r\n", "---\nmodel_list: {m: {}}\n---\n[",
     "\ufeffmodel_list: {m: {}}\n", '{"model_list":{"m":{}}}'],
)  # fmt: skip
def test_read_security_file_takes_other_ways_to_write_it(text):
    assert file_of(text).models == {"m": ()}


def test_read_security_file_takes_utf16():
    assert file_of("model_list: {m: {}}\n".encode("utf-16")).models == {"m": ()}


@pytest.mark.parametrize("rest", ["web: {brave: {api_keys: [a]}}", "channels: {a: {settings: {}}}"])
@pytest.mark.parametrize(
    "first",
    ["model_list: {m: {}, n: {api_keys: [file://missing]}}",
     "model_list: {m: {api_keys: [a, file://missing]}}",
     "skills: {github: {token: file://missing}}",
     "skills: {registries: {a: {auth_token: file://missing}}}"],
)  # fmt: skip
def test_read_security_file_drops_the_rest_in_silence_when_a_file_is_missing(first, rest):
    assert file_of(f"{first}\n{rest}\n") == SecurityFile()


def test_read_security_file_keeps_what_came_before_a_missing_file():
    security = file_of(
        "model_list: {m: {}}\nchannel_list: {a: {settings: {x: 1}}}\n"
        "web: {brave: {api_keys: [file://missing]}}\n"
    )

    assert security == SecurityFile(models={"m": ()}, channels={"a": {"x": 1}})


def test_read_security_file_looks_at_older_skills_after_all_other_sections():
    security = file_of("skills: {a: {auth_token: file://missing}, b: }\nmodel_list: {m: {}}\n")

    assert security == SecurityFile(models={"m": ()})


@pytest.mark.parametrize("secret", ["file://empty", "file://", "enc://AAAA"])
@pytest.mark.parametrize(
    "section",
    ["model_list: {m: {api_keys: [%s]}}", "web: {gemini: {api_key: '%s'}}",
     "skills: {github: {token: '%s'}}", "skills: {a: {auth_token: '%s'}}"],
)  # fmt: skip
def test_read_security_file_says_which_secret_cannot_be_had(section, secret):
    error = error_of(section % secret)

    assert (error.kind, error.file) == (ConfigErrorKind.UNRESOLVED_SECRET, SECURITY_FILE)
    assert error.field


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: b\nmodel_list: [\n", 3),
        ("\tx: 1\n", 1),
        ("a:\n\tb: c\n", 2),
        ("a: 'b\n", 2),
        ("a: *unknown\n", 1),
        ("a: b\n}\n", 2),
    ],
)
def test_read_security_file_names_the_line_of_a_syntax_error(text, line):
    error = error_of(text)

    assert (error.kind, error.line, error.file) == (ConfigErrorKind.SYNTAX, line, SECURITY_FILE)
    assert error.reason.startswith("failed to load security config: failed to parse")


@pytest.mark.parametrize("raw", [b"a: b\0c\n", b"a: \xff\n", b"a: " + b"[" * 20_000])
def test_read_security_file_rejects_what_is_no_text_or_nested_too_deeply(raw):
    error = error_of(raw)

    assert (error.kind, error.line) == (ConfigErrorKind.SYNTAX, None)


@pytest.mark.parametrize(
    "text",
    [
        "- a\n",
        "text\n",
        "model_list: []\n",
        "model_list: x\n",
        "model_list: ''\n",
        "model_list: {m: x}\n",
        "model_list: {m: {api_keys: x}}\n",
        "model_list: {[m]: {}}\n",
        "model_list: {<<: 5}\n",
        "model_list: {m: {}, m: {}}\n",
        "model_list: {m: {api_keys: [a], api_keys: [b]}}\n",
        "model_list: {}\nmodel_list: {}\n",
        "web: x\n",
        "web: {brave: x}\n",
        "web: {brave: {api_keys: x}}\n",
        "web: {brave: {}, brave: {}}\n",
        "skills: x\n",
        "skills: {github: x}\n",
        "skills: {a: x}\n",
        "channel_list:\n",
        "channel_list: []\n",
        "channel_list: {pico: x}\n",
        "channel_list: {pico: {settings: x}}\n",
        "channel_list: {pico: {settings: []}}\n",
        "channel_list: {pico: {settings: {a: 1, a: 2}}}\n",
        "channel_list: {pico: {settings: {a: .inf}}}\n",
    ],
)
def test_read_security_file_names_the_line_of_a_wrong_shape(text):
    error = error_of("# a comment\n" + text)

    assert error.kind is ConfigErrorKind.TYPE
    assert error.line in {2, 3}


BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [BOMB + "channel_list: {p: {settings: {x: *i}}}\n", "channel_list: &x {p: {settings: *x}}\n",
     "model_list: &x {<<: [*x, *x]}\n"],
)  # fmt: skip
def test_read_security_file_ends_where_aliases_have_no_end(text):
    assert isinstance(read(text), ConfigError)


@given(st.binary() | st.text().map(str.encode))
def test_read_security_file_gives_a_file_or_an_error_for_any_bytes(raw):
    assert isinstance(read(raw), SecurityFile | ConfigError)


VALUES = st.recursive(
    st.sampled_from(["", "~", "x", "5", "'s'", "file://missing", "file://k", "enc://x", "*a"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(
            st.sampled_from(["m", "pico", "api_keys", "settings", "registries", "<<", "brave"]),
            inner,
            max_size=3,
        ).map(lambda pairs: f"{{{', '.join(f'{k}: {v}' for k, v in pairs.items())}}}")
    ),
    max_leaves=10,
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["model_list", "web", "skills", "channels", "channel_list"]), VALUES
        )
    )
)
def test_read_security_file_gives_a_file_or_an_error_for_any_values(sections):
    text = "x: &a {m: {}}\n" + "".join(f"{name}: {value}\n" for name, value in sections)

    assert isinstance(read(text), SecurityFile | ConfigError)
