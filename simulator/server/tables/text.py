"""Cell texts: ages, lists that are cut, containers and selectors, as the real server's printers write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from simulator.clock import parse_time
from simulator.server.selectors import format_selector

Object = dict[str, Any]
NONE = "<none>"
UNKNOWN = "<unknown>"
UNSET = "<unset>"


def human_duration(seconds: float) -> str:
    """A duration in the one or two largest units, as `kubectl` shows ages."""
    if seconds < -1:
        return "<invalid>"
    whole = max(0, int(seconds))
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    steps = (
        (whole < 120, f"{whole}s", 0, ""),
        (minutes < 10, f"{minutes}m", whole % 60, "s"),
        (minutes < 180, f"{minutes}m", 0, ""),
        (hours < 8, f"{hours}h", minutes % 60, "m"),
        (hours < 48, f"{hours}h", 0, ""),
        (hours < 192, f"{days}d", hours % 24, "h"),
        (days < 730, f"{days}d", 0, ""),
        (days < 2920, f"{days // 365}y", days % 365, "d"),
    )
    for fits, main, rest, unit in steps:
        if fits:
            return f"{main}{rest}{unit}" if rest else main
    return f"{days // 365}y"


def since(moment: str | None, now: datetime) -> str:
    """The time since a moment."""
    return human_duration((now - parse_time(moment)).total_seconds()) if moment else UNKNOWN


def age(obj: Object, now: datetime) -> str:
    """The object's age."""
    return since(obj["metadata"].get("creationTimestamp"), now)


def name(obj: Object) -> str:
    """The object's name."""
    return str(obj["metadata"]["name"])


def joined(items: Iterable[Any], separator: str = ",") -> str:
    """The items in a row, or `<none>`."""
    return separator.join(str(item) for item in items) or NONE


def first_few(items: list[str], limit: int = 3) -> str:
    """The first items, and how many more there are."""
    if not items:
        return NONE
    shown = ",".join(items[:limit])
    return f"{shown} + {len(items) - limit} more..." if len(items) > limit else shown


def pairs(labels: Mapping[str, str] | None) -> str:
    """Labels in a row, or `<none>`."""
    return joined(f"{key}={value}" for key, value in sorted((labels or {}).items()))


def selector(value: Mapping[str, Any] | None) -> str:
    """A LabelSelector object in a row."""
    return format_selector(value) or NONE


def containers_and_images(template: Mapping[str, Any]) -> list[str]:
    """Two cells: the containers' names and their images."""
    containers = (template.get("spec") or {}).get("containers") or []
    return [joined_plain(container["name"] for container in containers),
            joined_plain(container.get("image", "") for container in containers)]  # fmt: skip


def joined_plain(items: Iterable[str]) -> str:
    """The items in a row, empty when there are none."""
    return ",".join(items)


def access_modes(modes: Iterable[str]) -> str:
    """Access modes of a volume in their short form."""
    short = {
        "ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP",
    }  # fmt: skip
    return ",".join(short.get(mode, mode) for mode in modes)
