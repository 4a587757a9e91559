"""Equal texts, label sets and image lists are kept once: thousands of pods share them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from sys import intern
from typing import TypeVar

from hexaops.kit.quantities import parse_quantity

T = TypeVar("T", bound=tuple[object, ...])

_MOST = 20_000
"""Shared values remembered per decoder; beyond, the memory is dropped (values in use stay, sharing restarts)."""

NO_LABELS: Mapping[str, str] = {}


class Interner:
    """Remembers label sets and tuples by value."""

    text = staticmethod(intern)
    """The shared text equal to this one: for names that many objects repeat."""

    def __init__(self) -> None:
        self._labels: dict[tuple[tuple[str, str], ...], Mapping[str, str]] = {}
        self._tuples: dict[tuple[object, ...], tuple[object, ...]] = {}

    def labels(self, labels: dict[str, str] | None) -> Mapping[str, str]:
        """The shared mapping equal to this one."""
        if not labels:
            return NO_LABELS
        key = tuple(labels.items())
        found = self._labels.get(key)
        if found is None:
            if len(self._labels) >= _MOST:
                self._labels.clear()
            found = {intern(name): intern(value) for name, value in key}
            self._labels[tuple(found.items())] = found
        return found

    def share(self, values: T) -> T:
        """The shared tuple equal to this one."""
        found = self._tuples.get(values)
        if found is None:
            if len(self._tuples) >= _MOST:
                self._tuples.clear()
            found = self._tuples[values] = values
        return found  # type: ignore[return-value]  # equal tuples have equal types here


@lru_cache(maxsize=4096)
def quantity(text: str | float | None) -> float | None:
    """A Kubernetes quantity as a plain number; None when there is none or it is not one."""
    if text is None:
        return None
    try:
        return parse_quantity(text)
    except ValueError:
        return None
