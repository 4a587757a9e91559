"""How many tokens a workspace may spend in a day, counted in this process."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from hexaops.kit.clock import Clock


@dataclass
class TokenBudget:
    """Spent tokens by workspace, of today (UTC). Each process counts its own."""

    per_day: int
    clock: Clock
    _day: date | None = None
    _spent: dict[str, int] = field(default_factory=dict)

    def left(self, workspace_id: str) -> int:
        """Tokens that may still be spent today."""
        today = self.clock.now().date()
        if today != self._day:
            self._day = today
            self._spent.clear()
        return max(0, self.per_day - self._spent.get(workspace_id, 0))

    def spend(self, workspace_id: str, tokens: int) -> None:
        """Count what an answer took."""
        self.left(workspace_id)
        self._spent[workspace_id] = self._spent.get(workspace_id, 0) + tokens
