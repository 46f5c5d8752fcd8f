"""Whether a gateway could be started with a config, and if not why not (contract 6).

The reasons are those of the launcher, word for word. The gateway itself is less strict: it starts
without a default model, and mostly without a key or while a local model is away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from picoclaw_tray.gateway.credentials import (
    LOGIN_PROVIDERS,
    has_credentials,
    needs_login,
    probe_of,
)
from picoclaw_tray.gateway.go_quoting import quote
from picoclaw_tray.gateway.model_probe import ModelProbe, ProbeKind
from picoclaw_tray.gateway.models import KNOWN_PROVIDERS, NOT_FOR_CHAT, ModelEntry
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from collections.abc import Collection

    from picoclaw_tray.gateway.config import GatewayConfig
    from picoclaw_tray.gateway.release import Release

_NO_DEFAULT_MODEL = QT_TRANSLATE_NOOP(
    "Readiness",
    "PicoClaw does not know which model to use. Set agents.defaults.model_name in its "
    "configuration to the name of one of your models. If you start it anyway, it answers every "
    "chat with an error.",
)
_UNKNOWN_MODEL = QT_TRANSLATE_NOOP(
    "Readiness",
    "PicoClaw's default model is “{model}”, but no entry of model_list has that name. "
    "Correct agents.defaults.model_name in the configuration, or add the model.",
)
_PADDED_MODEL = QT_TRANSLATE_NOOP(
    "Readiness",
    "The name of PicoClaw's default model, “{model}”, has blanks around it, and the gateway looks "
    "for a model with these blanks. Take them out of agents.defaults.model_name.",
)
_UNKNOWN_PROVIDER = QT_TRANSLATE_NOOP(
    "Readiness",
    "PicoClaw's default model “{model}” belongs to the provider “{provider}”, which PicoClaw does "
    "not know. Correct the provider of its entry in model_list, or choose another default model.",
)
_NOT_FOR_CHAT = QT_TRANSLATE_NOOP(
    "Readiness",
    "PicoClaw's default model “{model}” of the provider “{provider}” is not made for chat. Choose "
    "another default model.",
)
_NO_KEY = QT_TRANSLATE_NOOP(
    "Readiness",
    "PicoClaw's default model “{model}” has no API key. Put one into .security.yml, or into "
    "api_keys of its entry in model_list.",
)
_NO_KEY_NO_BASE = QT_TRANSLATE_NOOP(
    "Readiness",
    "PicoClaw's default model “{model}” has neither an API key nor an api_base, and the gateway "
    "does not start without both. Put a key into .security.yml, or into api_keys of its entry in "
    "model_list.",
)
_FIRST_UNUSABLE = QT_TRANSLATE_NOOP(
    "Readiness",
    "Several entries are named “{model}”, and the gateway begins with the first, which it cannot "
    "use. Mend it, or move it behind the others. {reason}",
)
_LOST_KEY = QT_TRANSLATE_NOOP(
    "Readiness",
    "PicoClaw's default model “{model}” has an API key in config.json, but an empty entry in "
    ".security.yml takes its place. Put the key into .security.yml, or remove the entry there.",
)
_NO_LOGIN = QT_TRANSLATE_NOOP(
    "Readiness",
    "PicoClaw's default model “{model}” needs a login, and there is none for “{provider}”. Run "
    "“picoclaw auth login --provider {provider}” in a terminal.",
)
_MODEL_AWAY = QT_TRANSLATE_NOOP(
    "Readiness",
    "PicoClaw's default model “{model}” is not there: {place} does not answer, or does not offer "
    "“{id}”. Start the model server, or choose another default model.",
)
_SERVICE_AWAY = QT_TRANSLATE_NOOP(
    "Readiness",
    "PicoClaw's default model “{model}” is not there: {place} does not answer. Start that service, "
    "or choose another default model.",
)
_PROGRAM_AWAY = QT_TRANSLATE_NOOP(
    "Readiness",
    "PicoClaw's default model “{model}” needs the program “{program}”, which was not found. "
    "Install it, or choose another default model.",
)
_NEVER_THERE = QT_TRANSLATE_NOOP(
    "Readiness",
    "Whether PicoClaw's default model “{model}” is there cannot be asked at its api_base. Write "
    "the whole address there, beginning with http://.",
)
_MIGRATES = QT_TRANSLATE_NOOP(
    "Readiness",
    "The configuration has the older version {version}, so it is not checked. The first start "
    "rewrites the file and keeps a backup beside it.",
)
_OLD_VERSION = QT_TRANSLATE_NOOP(
    "Readiness", "The configuration has the older version {version}, so it is not checked here."
)
_SOME_UNUSABLE = QT_TRANSLATE_NOOP(
    "Readiness",
    "{unusable} of {total} entries named “{model}” cannot be used now. PicoClaw uses them in turn, "
    "so some chats may fail. {reason}",
)


class Obstacle(Enum):
    """The rows of contract 6, apart from a config that cannot be loaded."""

    NO_DEFAULT_MODEL = 2
    UNKNOWN_MODEL = 3
    NOT_FOR_CHAT = 4
    NO_CREDENTIALS = 5
    NOT_REACHABLE = 6


_PASSABLE = {Obstacle.NO_DEFAULT_MODEL, Obstacle.NO_CREDENTIALS, Obstacle.NOT_REACHABLE}


@dataclass(frozen=True, slots=True)
class Ready:
    """Nothing speaks against a start, as far as can be told.

    Attributes:
        remark: what a person should know all the same.
    """

    remark: Text | None = None


@dataclass(frozen=True, slots=True)
class NotReady:
    """One reason against a start.

    Attributes:
        obstacle: which row of the contract.
        reason: upstream's exact words.
        explanation: what it means, and what to do.
        cures_itself: waiting may help; otherwise somebody has to do something.
    """

    obstacle: Obstacle
    reason: str
    explanation: Text
    cures_itself: bool = False

    @property
    def passable(self) -> bool:
        """Whether "Start anyway" may pass over it: the gateway itself is less strict."""
        return self.obstacle in _PASSABLE


Readiness: TypeAlias = Ready | NotReady


def probes_wanted(config: GatewayConfig, release: Release) -> tuple[ModelProbe, ...]:
    """What has to be asked before the config can be judged; mostly nothing."""
    entries = _candidates(config)
    probes = (
        probe_of(entry, release) for entry in entries if _blocked(entry, config, release) is None
    )
    return tuple(dict.fromkeys(probe for probe in probes if probe is not None))


def readiness(
    config: GatewayConfig, release: Release, reachable: Collection[ModelProbe] = ()
) -> Readiness:
    """Judges a config that could be read; the first failing condition gives the reason.

    Entries that share the name of the default model are used in turn. One that works is enough.

    Args:
        config: as this release reads it.
        release: the one that would be started.
        reachable: of ``probes_wanted``, those that succeeded.
    """
    name = config.default_model
    if name is None:
        sentence = _MIGRATES if config.migrates else _OLD_VERSION
        return Ready(text(sentence, version=config.version))
    entries = _candidates(config)
    problem = _problem_of_name(name, config, entries)
    if problem is not None:
        return problem
    verdicts = [_judge(entry, config, release, reachable) for entry in entries]
    bad = [verdict for verdict in verdicts if verdict is not None]
    if len(bad) == len(entries):
        return bad[0]
    if not bad:
        return Ready()
    first = verdicts[0]
    if first is not None and _ends_the_gateway(first, entries[0]):
        explanation = text(_FIRST_UNUSABLE, model=name, reason=first.explanation)
        return replace(first, explanation=explanation)
    return Ready(
        text(
            _SOME_UNUSABLE,
            unusable=len(bad),
            total=len(entries),
            model=name,
            reason=bad[0].explanation,
        )
    )


def _ends_the_gateway(verdict: NotReady, entry: ModelEntry) -> bool:
    """Whether a gateway that begins with this entry, as it does with the first, ends at once."""
    match verdict.obstacle:
        case Obstacle.NOT_FOR_CHAT:
            return True
        case Obstacle.NO_CREDENTIALS:
            return not entry.api_base.strip()
        case _:
            return False


def _problem_of_name(
    name: str, config: GatewayConfig, entries: tuple[ModelEntry, ...]
) -> NotReady | None:
    if not name:
        return NotReady(
            Obstacle.NO_DEFAULT_MODEL, "no default model configured", text(_NO_DEFAULT_MODEL)
        )
    if not entries:
        reason = f"default model {quote(name)} is invalid"
        return NotReady(Obstacle.UNKNOWN_MODEL, reason, text(_UNKNOWN_MODEL, model=name))
    padded = config.padded_default_model
    if padded and not any(entry.answers_to(padded) for entry in config.models):
        # The launcher looks past the blanks and lets it start; the gateway ends at once (tried).
        reason = f"default model {quote(padded)} is invalid"
        return NotReady(Obstacle.UNKNOWN_MODEL, reason, text(_PADDED_MODEL, model=name))
    return None


def _candidates(config: GatewayConfig) -> tuple[ModelEntry, ...]:
    name = config.default_model
    return tuple(entry for entry in config.models if name and entry.answers_to(name))


def _judge(
    entry: ModelEntry, config: GatewayConfig, release: Release, reachable: Collection[ModelProbe]
) -> NotReady | None:
    blocked = _blocked(entry, config, release)
    if blocked is not None:
        return blocked
    probe = probe_of(entry, release)
    return None if probe is None or probe in reachable else _not_reachable(entry, probe)


def _blocked(entry: ModelEntry, config: GatewayConfig, release: Release) -> NotReady | None:
    """What is known without asking anybody."""
    provider, _ = entry.resolved(release)
    name = quote(entry.name)
    if release.checks_chat and (provider not in KNOWN_PROVIDERS or provider in NOT_FOR_CHAT):
        sentence = _NOT_FOR_CHAT if provider in NOT_FOR_CHAT else _UNKNOWN_PROVIDER
        explanation = text(sentence, model=entry.name, provider=provider)
        reason = f"default model {name} is not usable for chat"
        return NotReady(Obstacle.NOT_FOR_CHAT, reason, explanation)
    if has_credentials(entry, config, release):
        return None
    no_key = _NO_KEY if entry.api_base.strip() else _NO_KEY_NO_BASE
    explanation = text(_LOST_KEY if entry.lost_keys else no_key, model=entry.name)
    if needs_login(entry, provider, release):
        explanation = text(_NO_LOGIN, model=entry.name, provider=LOGIN_PROVIDERS[provider])
    reason = f"default model {name} has no credentials configured"
    return NotReady(Obstacle.NO_CREDENTIALS, reason, explanation)


def _not_reachable(entry: ModelEntry, probe: ModelProbe) -> NotReady:
    match probe.kind:
        case ProbeKind.PROGRAM:
            explanation = text(_PROGRAM_AWAY, model=entry.name, program=probe.program)
        case ProbeKind.CONNECT:
            place = f"{probe.host}:{probe.port}"
            explanation = text(_SERVICE_AWAY, model=entry.name, place=place)
        case ProbeKind.NEVER:
            explanation = text(_NEVER_THERE, model=entry.name)
        case _:
            explanation = text(
                _MODEL_AWAY, model=entry.name, place=probe.url.partition("?")[0], id=probe.model_id
            )
    reason = f"default model {quote(entry.name)} is not reachable"
    cures_itself = probe.kind not in {ProbeKind.NEVER, ProbeKind.PROGRAM}
    return NotReady(Obstacle.NOT_REACHABLE, reason, explanation, cures_itself)
