"""Questions for what would happen: a node that fails, a pod that dies, a restart."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.impact import tell_impact, tell_loss_of_node
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding
from hexaops.backends.kubernetes.rows import PdbRow
from hexaops.features.applications.service import ApplicationService
from hexaops.features.chat.reading.asking import Reading
from hexaops.runbooks.disruption import max_unavailable_of_row

_ASKS = re.compile(
    r"\b(?:what(?:'s| is| would| will| could| does|'ll)?(?: the)? (?:happens?|going to happen|impact|consequences?)\b"
    r".*\b(?:if|when|of|on)\b|what if\b)",
    re.IGNORECASE,
)
_LOSS = re.compile(
    r"\b(?:dies?|died|fails?|failed|crash(?:es)?|goes? (?:down|away|dark)|is (?:lost|gone|down|drained)|"
    r"los(?:e|es|ing)|drops? (?:out|dead)|breaks?|loss|failure|outage|drain(?:ing)?|unavailable|disappears?)\b",
    re.IGNORECASE,
)


_PLANNED_TO_SEE = (Intent.SCALE_APPLICATION, Intent.START_APPLICATION)
"""What these would do, their plan shows."""


def asks_for_impact(message: str, asked: Understanding) -> bool:
    """Whether the message asks what would happen to something that it names, and for no change."""
    kinds = {found.entity.kind for found in asked.targets}
    changes = asked.is_change_request or asked.wants_plan or asked.about in _PLANNED_TO_SEE
    if changes or not _ASKS.search(message):
        return False
    return "application" in kinds or ("node" in kinds and bool(_LOSS.search(message)))


class ImpactReader(Struct, frozen=True):
    """Answers from the watch cache."""

    applications: ApplicationService

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """What would be lost, of what was named."""
        facts = reading.facts
        for found in reading.asked.targets:
            if found.entity.kind == "node":
                tell_loss_of_node(found.entity.name, facts, draft)
        named = reading.applications
        if not named:
            return
        draft.examine(named)
        down = {one.id: max_unavailable_of_row(one.workload) for one in named}
        lost = bool(_LOSS.search(reading.message))
        tell_impact(named, None if lost else reading.asked.about, down, self._budgets(reading, named), facts, draft)

    def _budgets(self, reading: Reading, named: Sequence[Application]) -> dict[str, list[PdbRow]]:
        workspace = reading.caller.get_workspace()
        rows = self.applications.rows(workspace, "PodDisruptionBudget")
        found = {}
        for one in named:
            own = self.applications.related(workspace, one).disruption_budgets
            found[one.id] = [row for row in rows if row.namespace == one.project and row.name in own]
        return found
