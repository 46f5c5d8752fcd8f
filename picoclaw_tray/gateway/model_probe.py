"""Whether a local model is there: what to ask, how to read the answer, how long to believe it.

The rules of contract 6.2 and 6.3; who asks is somebody else.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import dataclass, field, replace
from enum import Enum
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from picoclaw_tray.gateway.go_json import decode_json, take

if TYPE_CHECKING:
    from collections.abc import Mapping

    from picoclaw_tray.gateway.release import Release


_LOCAL_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})
_LOOPBACK_FOR: Final[Mapping[str, str]] = {"0.0.0.0": "127.0.0.1", "::": "::1"}
_PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443}

_PROGRAMS: Final[Mapping[str, str]] = {"claude-cli": "claude", "codex-cli": "codex"}
_DEFAULT_BASES: Final[Mapping[str, str]] = {
    "ollama": "http://localhost:11434/v1",
    "vllm": "http://localhost:8000/v1",
    "lmstudio": "http://localhost:1234/v1",
    "github-copilot": "localhost:4321",
}
_NEWER_DEFAULT_BASES: Final[Mapping[str, str]] = {
    "gpt4free": "http://localhost:1337/v1",
    "litellm": "http://localhost:4000/v1",
}
_ASKED_ANYWHERE: Final = frozenset({"vllm", "lmstudio"})
_NEWER_ASKED_ANYWHERE: Final = _ASKED_ANYWHERE | {"gpt4free"}

_URL = re.compile(
    r"(?:([a-z][a-z0-9+.-]*):)?//(?:([^/?#]*)@)?"
    r"(?:\[([^][/?#\s]+)\]|([^][/?#@\s]+?))(:[0-9]*)?([/?#].*)?",
    re.IGNORECASE | re.ASCII,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class ProbeKind(Enum):
    """How to learn whether a model is there."""

    OLLAMA = "it is in Ollama's list"
    MODELS = "it is in the OpenAI-compatible list"
    ANY_MODELS = "it is in that list, or in the bare array of its entries"
    CONNECT = "somebody accepts a TCP connection"
    PROGRAM = "a program is on the search path"
    NEVER = "it is not"
    ALWAYS = "it is"


@dataclass(frozen=True, slots=True)
class ModelProbe:
    """What to ask to learn whether a model is there.

    Attributes:
        kind: says which of the others count.
        url: to be asked with GET, for the lists; holds no password.
        host: without brackets, for CONNECT.
        port: for CONNECT; may be one that cannot exist.
        program: for PROGRAM, without an ending such as ``.exe``.
        model_id: to be found in the list, in lower case.
        authorization: value of the header of that name; empty: none is sent.
    """

    kind: ProbeKind
    url: str = ""
    host: str = ""
    port: int = 0
    program: str = ""
    model_id: str = ""
    authorization: str = field(default="", repr=False)

    @property
    def cache_key(self) -> str:
        """A digest of everything, so that it says nothing about the key."""
        parts = (self.kind.name, self.url, self.host, self.port, self.program, self.model_id)
        return sha256(repr((*parts, self.authorization)).encode()).hexdigest()


_NEVER = ModelProbe(ProbeKind.NEVER)
_ALWAYS = ModelProbe(ProbeKind.ALWAYS)


@dataclass(frozen=True, slots=True)
class _Base:
    """The parts of a base URL, as far as they were written.

    Attributes:
        scheme: in lower case.
        user: with the password.
        host: in lower case, without brackets.
        port: with its colon.
        rest: path, query and fragment.
        is_bare: it was written without a scheme, as ``localhost:8000/v1``.
    """

    scheme: str
    user: str
    host: str
    port: str
    rest: str
    is_bare: bool

    @property
    def root(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}{self.port}"


def is_local_base(api_base: str) -> bool:
    """Whether a base names this machine, in one of the four ways that count (contract 6.2)."""
    base = _parsed(api_base)
    return base is not None and base.host in _LOCAL_HOSTS


def model_probe(
    provider: str, model_id: str, api_base: str, key: str, *, release: Release
) -> ModelProbe:
    """What to ask for a model that needs a probe.

    Args:
        provider: normalised, as in ``gateway.models``.
        model_id: without provider.
        api_base: blank: the provider's default.
        key: blank: none.
        release: newer ones know more providers, look for the programs, and read a bare array.
    """
    if provider in _PROGRAMS:
        program = ModelProbe(ProbeKind.PROGRAM, program=_PROGRAMS[provider])
        return program if release.checks_chat else _ALWAYS
    base = _parsed(api_base.strip() or _default_base(provider, release))
    if base is None:
        return _NEVER
    base = _without_wildcard(base)
    if provider == "github-copilot":
        return _connection(base)
    if not _can_be_asked(provider, base, release):
        return _NEVER
    model_id = model_id.strip().lower()
    if provider == "ollama":
        return ModelProbe(ProbeKind.OLLAMA, url=f"{base.root}/api/tags", model_id=model_id)
    return ModelProbe(
        ProbeKind.ANY_MODELS if release.checks_chat else ProbeKind.MODELS,
        url=(base.root + base.rest).rstrip("/") + "/models",
        model_id=model_id,
        authorization=_authorization(base.user, key.strip()),
    )


def lists_model(kind: ProbeKind, body: bytes, model_id: str) -> bool:
    """Whether an answer with status 200 lists a model; anything may be in it.

    Only the first JSON value counts. One entry of a wrong type spoils it, as it does upstream.

    Args:
        kind: of the list; False for kinds without one.
        body: the answer, or the beginning of it.
        model_id: in lower case.
    """
    try:
        match kind:
            case ProbeKind.OLLAMA:
                names = _listed(_first_value(body), "models", "name", "model")
                return any(ollama_name_matches(name, model_id) for name in names)
            case ProbeKind.MODELS | ProbeKind.ANY_MODELS:
                document = _first_value(body)
                if kind is ProbeKind.ANY_MODELS and isinstance(document, list):
                    document = {"data": document}
                names = _listed(document, "data", "id")
                return model_id in [name.strip().lower() for name in names]
            case _:
                return False
    except ValueError:
        return False


def ollama_name_matches(candidate: str, wanted: str) -> bool:
    """Whether both name the same model; no tag is the tag ``latest`` (contract B.7)."""
    base, tag = _ollama_parts(candidate)
    return bool(base) and (base, tag) == _ollama_parts(wanted)


def _parsed(text: str) -> _Base | None:
    """None if it has no host, or cannot be a URL."""
    text = text.strip()
    if _CONTROL.search(text):
        return None
    match = _URL.fullmatch(text)
    is_bare = match is None
    match = match or _URL.fullmatch(f"//{text}")
    if match is None:
        return None
    scheme, user, ipv6, name, port, rest = match.groups(default="")
    if ":" in name and not port:  # what follows the last colon is no number
        return None
    return _Base(
        scheme="http" if is_bare else scheme.lower(),
        user=user,
        host=(ipv6 or name).lower(),
        port="" if port == ":" else port,
        rest=rest,
        is_bare=is_bare,
    )


def _default_base(provider: str, release: Release) -> str:
    newer = _NEWER_DEFAULT_BASES.get(provider, "") if release.checks_chat else ""
    return _DEFAULT_BASES.get(provider, newer)


def _can_be_asked(provider: str, base: _Base, release: Release) -> bool:
    if base.scheme not in _PORTS:
        return False
    if provider == "ollama":
        return True
    asked_anywhere = _NEWER_ASKED_ANYWHERE if release.checks_chat else _ASKED_ANYWHERE
    # A bare base becomes a URL for Ollama and Copilot alone (contract 6.2).
    return not base.is_bare and (provider in asked_anywhere or base.host in _LOCAL_HOSTS)


def _without_wildcard(base: _Base) -> _Base:
    """Asks at the loopback of a wildcard; that writes the scheme, too."""
    loopback = _LOOPBACK_FOR.get(base.host)
    return base if loopback is None else replace(base, host=loopback, is_bare=False)


def _connection(base: _Base) -> ModelProbe:
    # Six digits are as impossible as more, and Python refuses to read thousands.
    port = int(base.port[1:7]) if base.port else _PORTS.get(base.scheme, _PORTS["http"])
    return ModelProbe(ProbeKind.CONNECT, host=base.host, port=port)


def _authorization(user: str, key: str) -> str:
    """A key goes before the user and password of a URL."""
    if key:
        return f"Bearer {key}"
    if not user:
        return ""
    name, _, password = user.partition(":")
    pair = f"{unquote(name)}:{unquote(password)}".encode(errors="replace")
    return f"Basic {b64encode(pair).decode()}"


def _listed(document: object, list_key: str, *name_keys: str) -> list[str]:
    """All names in a list.

    Raises:
        WrongTypeError: it has another shape.
    """
    entries = take({"": document}, f".{list_key}", list, [])
    return [take({"": entry}, f".{key}", str, "") for entry in entries for key in name_keys]


def _first_value(body: bytes) -> object:
    try:
        return decode_json(body)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            raise
        return decode_json(error.doc[: error.pos].encode())


def _ollama_parts(name: str) -> tuple[str, str]:
    base, _, tag = name.strip().lower().partition(":")
    return base.strip(), tag.strip() or "latest"
