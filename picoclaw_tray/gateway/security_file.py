"""``.security.yml``, which holds the secrets and is merged over ``config.json`` (contract 5.6).

Read as nodes, not as values: whether a mapping is empty or null decides, and a plain ``12345`` is
a key, not a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import yaml

from picoclaw_tray.gateway.config_error import (
    SECURITY_FILE,
    ConfigError,
    InvalidConfigError,
    security_syntax_error,
    security_type_error,
)
from picoclaw_tray.gateway.config_schema import config_schema
from picoclaw_tray.gateway.go_json import BITS_64, LONGEST_INTEGER
from picoclaw_tray.gateway.secrets import MissingSecretFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_NULL: Final = "tag:yaml.org,2002:null"
_MERGE: Final = "tag:yaml.org,2002:merge"
_INTEGER: Final = re.compile(r"[-+]?0(?:x[0-9a-f]+|o[0-7]+|b[01]+)")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:e[-+]?[0-9]+)?")
_INFINITE: Final = re.compile(r"[-+]?\.inf|\.nan", re.IGNORECASE)
_TAB: Final = re.compile(rb"(?<=[:,-])[ \t]*\t[ \t]*")
_TRUTHS: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False}
_CHANNEL_SECTIONS: Final = ("channels", "channel_list")
_MOST_NODES: Final = 100_000
"""Aliases can make a small file endless."""
_BRACKET: Final = re.compile(rb"[\[\]{}]")
_DEEPEST: Final = 100
"""A thousand open brackets take the parser seconds, and then end in a RecursionError."""


class _WrongShapeError(Exception):
    def __init__(self, node: yaml.Node) -> None:
        super().__init__("wrong type")
        self.line = node.start_mark.line + 1


@dataclass(frozen=True, slots=True)
class SecurityFile:
    """What the file lays over the config.

    Attributes:
        models: keys by ``name:index`` or name; an empty tuple takes the config's keys away.
        empties_models: ``model_list:`` stands there without a value: there are no models at all.
        web: keys by search service and field, ``{"brave": {"api_keys": […]}}``.
        channels: settings by name of channel, laid over those of the config.
    """

    models: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    empties_models: bool = False
    web: Mapping[str, Mapping[str, object]] = field(default_factory=dict, repr=False)
    channels: Mapping[str, object] = field(default_factory=dict, repr=False)


def read_security_file(
    raw: bytes, read: Callable[[str, str, str], str]
) -> SecurityFile | ConfigError:
    """Reads the file; ``read`` gives the value of a secret, as ``SecretSources.read`` does.

    A secret that names a missing file is no error, but nothing after it counts. The sections are
    taken in the order of the file, ``channels`` last.
    """
    try:
        return _Reader(read).read(_root(raw))
    except _WrongShapeError as error:
        return security_type_error(error.line)
    except InvalidConfigError as error:
        return error.error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return security_syntax_error(None if mark is None else mark.line + 1)
    except (yaml.YAMLError, RecursionError, ValueError):
        return security_syntax_error(None)


def _root(raw: bytes) -> yaml.Node | None:
    """The first document; the gateway reads no other."""
    if _is_too_deep(raw):
        raise ValueError("nested too deeply")
    loader = yaml.SafeLoader(_TAB.sub(b" ", raw))  # upstream's parser takes a tab for a space there
    try:
        return loader.get_node() if loader.check_node() else None
    finally:
        loader.dispose()


def _is_too_deep(raw: bytes) -> bool:
    depth = 0
    for bracket in _BRACKET.findall(raw):
        depth = depth + 1 if bracket in b"[{" else max(0, depth - 1)
        if depth > _DEEPEST:
            return True
    return False


class _Reader:
    def __init__(self, read_secret: Callable[[str, str, str], str]) -> None:
        self._read_secret = read_secret
        self._nodes = 0

    def read(self, root: yaml.Node | None) -> SecurityFile:
        if root is None or _is_null(root):
            return SecurityFile()
        sections = dict(self._pairs(root))
        models: dict[str, tuple[str, ...]] = {}
        web: dict[str, Mapping[str, object]] = {}
        channels: dict[str, object] = {}
        empties_models = False
        try:
            for name, node in sections.items():
                match name:
                    case "model_list":
                        empties_models = _is_null(node)
                        models = {} if empties_models else dict(self._models(node))
                    case "web" if not _is_null(node):
                        web = dict(self._web(node))
                    case "skills" if not _is_null(node):
                        self._skills(node)
                    case "channel_list":
                        channels = dict(self._channels(node))
                    case _:
                        pass
            if "skills" in sections:
                self._older_skills(sections["skills"])
            self._older_channels(sections, channels)
        except MissingSecretFileError:
            pass
        return SecurityFile(models, empties_models, web, channels)

    def _models(self, node: yaml.Node) -> Iterator[tuple[str, tuple[str, ...]]]:
        for name, entry in self._pairs(node):
            if _is_null(entry):
                continue
            fields = dict(self._pairs(entry))
            keys = fields.get("api_keys")
            path = f"model_list.{name}.api_keys"
            yield name, () if keys is None or _is_null(keys) else self._secrets(keys, path)

    def _web(self, node: yaml.Node) -> Iterator[tuple[str, Mapping[str, object]]]:
        services = config_schema().children["tools"].children["web"].children
        for name, service in self._pairs(node):
            known = services[name].children if name in services else {}
            if _is_null(service) or not {"api_key", "api_keys"}.intersection(known):
                continue
            found: dict[str, object] = {}
            for key, secret in self._pairs(service):
                path = f"web.{name}.{key}"
                if key == "api_keys" and not _is_null(secret):
                    found[key] = list(self._secrets(secret, path))
                elif key == "api_key":
                    found[key] = self._secret(secret, path)
            yield name, found

    def _skills(self, node: yaml.Node) -> None:
        """Their secrets are not used, but one that cannot be had is an error all the same."""
        for name, entry in self._pairs(node):
            if name == "github":
                self._skill(name, entry, "token")
            elif name == "registries" and isinstance(entry, yaml.MappingNode):
                for registry, inner in entry.value:
                    self._skill(registry.value, inner, "auth_token")

    def _older_skills(self, node: yaml.Node) -> None:
        """Registries once stood in ``skills`` itself."""
        if isinstance(node, yaml.MappingNode):
            for name, entry in node.value:
                if name.value != "registries":
                    self._skill(name.value, entry, "auth_token")

    def _skill(self, name: str, node: yaml.Node, key: str) -> None:
        secret = None if _is_null(node) else dict(self._pairs(node)).get(key)
        if secret is not None:
            self._secret(secret, f"skills.{name}.{key}")

    def _channels(self, node: yaml.Node) -> Iterator[tuple[str, object]]:
        """Only the nested form counts; flat secrets are read and ignored."""
        if not isinstance(node, yaml.MappingNode):
            raise _WrongShapeError(node)
        for name, channel in node.value:
            if _is_null(channel):
                yield str(name.value), None
                continue
            settings = dict(self._pairs(channel)).get("settings")
            if settings is None or _is_null(settings):
                yield str(name.value), None
            elif isinstance(settings, yaml.MappingNode):
                yield str(name.value), self._value(settings)
            else:
                raise _WrongShapeError(settings)

    def _older_channels(
        self, sections: Mapping[str, yaml.Node], channels: dict[str, object]
    ) -> None:
        """Their section once had another name; it counts if it comes first."""
        if next(filter(_CHANNEL_SECTIONS.__contains__, sections), "") == "channels":
            for name, settings in self._channels(sections["channels"]):
                channels[name] = channels.get(name) if settings is None else settings

    def _secrets(self, node: yaml.Node, path: str) -> tuple[str, ...]:
        if not isinstance(node, yaml.SequenceNode):
            raise _WrongShapeError(node)
        return tuple(self._secret(item, path) for item in node.value)

    def _secret(self, node: yaml.Node, path: str) -> str:
        """What is no plain value has none."""
        if not isinstance(node, yaml.ScalarNode) or _is_null(node):
            return ""
        return self._read_secret(str(node.value), path, SECURITY_FILE)

    def _pairs(self, node: yaml.Node) -> Iterator[tuple[str, yaml.Node]]:
        """Names and nodes of a mapping; a name that comes twice is an error, as it is upstream."""
        if not isinstance(node, yaml.MappingNode):
            raise _WrongShapeError(node)
        names: set[str] = set()
        merged: list[yaml.Node] = []
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in names:
                raise _WrongShapeError(key)
            names.add(key.value)
            if key.tag == _MERGE:
                merged = value.value if isinstance(value, yaml.SequenceNode) else [value]
            else:
                yield key.value, value
        for other in merged:
            self._count(other)
            for name, value in self._pairs(other):
                if name not in names:
                    names.add(name)
                    yield name, value

    def _value(self, node: yaml.Node) -> object:
        """A plain value as the gateway would write it as JSON."""
        self._count(node)
        match node:
            case yaml.MappingNode():
                return {name: self._value(inner) for name, inner in self._pairs(node)}
            case yaml.SequenceNode():
                return [self._value(inner) for inner in node.value]
            case _:
                return _scalar(node)

    def _count(self, node: yaml.Node) -> None:
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            raise _WrongShapeError(node)


def _is_null(node: yaml.Node) -> bool:
    return bool(node.tag == _NULL)


def _scalar(node: yaml.Node) -> object:
    text = str(node.value)
    if _is_null(node):
        return None
    if getattr(node, "style", None):  # quoted or a block
        return text
    if text in _TRUTHS:
        return _TRUTHS[text]
    if _INFINITE.fullmatch(text):
        raise _WrongShapeError(node)
    digits = text.replace("_", "").lower()
    if _INTEGER.fullmatch(digits):
        return int(digits[:LONGEST_INTEGER], 0)
    if not _FLOAT.fullmatch(digits):
        return text
    number = float(digits)
    return int(number) if number.is_integer() and int(number) in BITS_64 else number
