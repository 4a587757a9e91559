"""Bars: what a figure has to reach, said beside it, and whether all were met."""

from __future__ import annotations

import os
from dataclasses import dataclass, field


@dataclass
class Bars:
    """Figures with their bars, in the order in which they were measured."""

    lines: list[str] = field(default_factory=list)
    met: bool = True

    def most(self, title: str, value: float, bar: float, unit: str) -> None:
        """The figure must not be above the bar."""
        self._add(title, value, "≤", bar, unit=unit, met=value <= bar)

    def least(self, title: str, value: float, bar: float, unit: str) -> None:
        """The figure must not be below the bar."""
        self._add(title, value, "≥", bar, unit=unit, met=value >= bar)

    def _add(self, title: str, value: float, sign: str, bar: float, *, unit: str, met: bool) -> None:
        mark = "✓" if met else "✗"
        line = f"{title:52} {value:9.2f}  {sign} {bar:g} {unit} {mark}  (load {os.getloadavg()[0]:.1f})"
        self.lines.append(line)
        self.met = self.met and met
        print(line, flush=True)
