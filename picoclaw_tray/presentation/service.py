"""What to say about a gateway that a service manager runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from picoclaw_tray.gateway.service import CONTAINERS, ServiceManager
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from picoclaw_tray.gateway.service import Service
    from picoclaw_tray.text import Template

_BY_SYSTEMD = QT_TRANSLATE_NOOP("Service", "Started by systemd (system unit {unit})")
_BY_SYSTEMD_USER = QT_TRANSLATE_NOOP("Service", "Started by systemd (user unit {unit})")
_BY_MANAGER = QT_TRANSLATE_NOOP("Service", "Started by {manager} (service {unit})")
_IN_CONTAINER = QT_TRANSLATE_NOOP("Service", "Runs in a container of {manager} ({unit})")
_HOW_TO_END = QT_TRANSLATE_NOOP(
    "Service", "To stop the gateway run “{stop}”, to restart it “{restart}”."
)
_HOW_TO_END_ELSEWHERE = QT_TRANSLATE_NOOP(
    "Service", "To stop or restart the gateway use the tools of {manager}."
)
_NOT_STOPPED = QT_TRANSLATE_NOOP(
    "Service", "The gateway was not stopped. {origin}. To stop it run “{command}”."
)
_NOT_RESTARTED = QT_TRANSLATE_NOOP(
    "Service", "The gateway was not restarted. {origin}. To restart it run “{command}”."
)
_LEFT_ALONE = QT_TRANSLATE_NOOP("Service", "The gateway was left as it is. {origin}. {how}")


def by_service(service: Service) -> Text:
    """Where the gateway comes from, in a line."""
    manager, unit = service.manager, service.unit
    if manager is ServiceManager.SYSTEMD:
        return text(_BY_SYSTEMD, unit=unit)
    if manager is ServiceManager.SYSTEMD_USER:
        return text(_BY_SYSTEMD_USER, unit=unit)
    template = _IN_CONTAINER if manager in CONTAINERS else _BY_MANAGER
    return text(template, manager=manager.value, unit=unit)


def how_to_end(service: Service) -> Text:
    """What a person can do instead of pressing our buttons."""
    if not service.stop_command:
        return text(_HOW_TO_END_ELSEWHERE, manager=service.manager.value)
    return text(_HOW_TO_END, stop=service.stop_command, restart=service.restart_command)


def refused_stop(service: Service) -> Text:
    """Why a wish to stop it is not granted, with the command to use."""
    return _refused(service, _NOT_STOPPED, service.stop_command)


def refused_restart(service: Service) -> Text:
    """Why a wish to restart it is not granted, with the command to use."""
    return _refused(service, _NOT_RESTARTED, service.restart_command)


def _refused(service: Service, template: Template, command: str) -> Text:
    if not command:
        return text(_LEFT_ALONE, origin=by_service(service), how=how_to_end(service))
    return text(template, origin=by_service(service), command=command)
