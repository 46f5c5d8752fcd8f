from __future__ import annotations

import pytest

from picoclaw_tray.gateway.config_keys import NEWER_KEYS
from picoclaw_tray.gateway.config_schema import (
    ITEM,
    ZEROS,
    Key,
    Kind,
    channel_settings,
    config_schema,
    older_schema,
)


def key_at(schema: Key, path: str) -> Key:
    for step in path.split("."):
        schema = schema.children[step]
    return schema


@pytest.mark.parametrize(
    ("path", "kind", "default", "variable"),
    [
        ("gateway.port", Kind.INT, 18790, "PICOCLAW_GATEWAY_PORT"),
        ("gateway.log_level", Kind.STRING, "warn", "PICOCLAW_LOG_LEVEL"),
        ("gateway.hot_reload", Kind.BOOL, False, "PICOCLAW_GATEWAY_HOT_RELOAD"),
        ("model_list", Kind.LIST, None, ""),
        ("model_list.*.api_keys", Kind.SECRETS, [], ""),
        ("model_list.*.extra_body", Kind.MAP, None, ""),
        ("model_list.*.extra_body.*", Kind.ANY, None, ""),
        ("tools.read_file.enabled", Kind.BOOL, True, ""),
        ("tools.web.glm_search.enabled", Kind.BOOL, False, "PICOCLAW_TOOLS_WEB_GLM_ENABLED"),
        ("tools.skills.registries", Kind.REGISTRIES, None, ""),
        ("tools.skills.registries.*.auth_token", Kind.SECRET, "", ""),
        ("channel_list", Kind.MAP, None, ""),
        ("channel_list.*.settings", Kind.ANY, None, ""),
    ],
)
def test_config_schema_has_the_keys_of_the_table(path, kind, default, variable):
    key = key_at(config_schema(), path)

    assert (key.kind, key.default, key.variable) == (kind, default, variable)


def keys_of(key: Key) -> list[Key]:
    return [key, *(inner for child in key.children.values() for inner in keys_of(child))]


@pytest.mark.parametrize("schema", [config_schema(), older_schema()])
def test_schema_has_an_item_for_each_list_and_each_map(schema):
    for key in keys_of(schema):
        if key.kind in {Kind.LIST, Kind.MAP, Kind.REGISTRIES}:
            assert list(key.children) == [ITEM]


def test_config_schema_uses_no_variable_twice():
    variables = [key.variable for key in keys_of(config_schema()) if key.variable]

    assert len(variables) == len(set(variables))


def test_default_is_of_the_type_of_its_key():
    for key in keys_of(config_schema()):
        if key.kind in ZEROS and key.kind is not Kind.FLOAT:
            assert type(key.default) is type(ZEROS[key.kind])


@pytest.mark.parametrize("path", NEWER_KEYS.split())
def test_older_schema_lacks_what_is_newer(path):
    steps = path.replace("[]", ".*")

    key_at(config_schema(), steps)
    with pytest.raises(KeyError):
        key_at(older_schema(), steps)


def test_older_schema_keeps_the_rest():
    assert key_at(older_schema(), "model_list.*.model") == key_at(
        config_schema(), "model_list.*.model"
    )


def test_channel_settings_are_kept_by_type():
    assert channel_settings()["pico"].children["token"].kind is Kind.SECRET
    assert len(channel_settings()) == 21
