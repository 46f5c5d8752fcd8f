"""Whether a gateway could be started with a config, and if not why not (contract 6).

This much is known from the config alone: whether there is a default model, and whether it is in
the list. Nothing is guessed about what cannot be told, such as the models of the built-in list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from picoclaw_tray.gateway.go_quoting import quote
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from picoclaw_tray.gateway.config import GatewayConfig

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


@dataclass(frozen=True, slots=True)
class Ready:
    """Nothing speaks against a start, as far as can be told."""


@dataclass(frozen=True, slots=True)
class NotReady:
    """One reason against a start.

    Attributes:
        reason: upstream's exact words.
        explanation: what it means, and what to do.
        passable: "Start anyway" may pass over it: the gateway itself is less strict.
        cures_itself: waiting may help; otherwise somebody has to do something.
    """

    reason: str
    explanation: Text
    passable: bool
    cures_itself: bool


Readiness: TypeAlias = Ready | NotReady


def readiness(config: GatewayConfig) -> Readiness:
    """Judges a config that could be read; the first failing condition gives the reason."""
    model = config.default_model
    if model is None:
        return Ready()
    if not model:
        return NotReady(
            "no default model configured",
            text(_NO_DEFAULT_MODEL),
            passable=True,
            cures_itself=False,
        )
    if config.model_names is not None and model not in config.model_names:
        return NotReady(
            f"default model {quote(model)} is invalid",
            text(_UNKNOWN_MODEL, model=model),
            passable=False,
            cures_itself=False,
        )
    return Ready()
