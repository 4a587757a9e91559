"""Questions for what would happen: a node that fails, a pod that dies, a restart."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.analysis.dependencies import links
from hexaops.assistant.answers.dependencies import tell_dependents
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.impact import tell_impact, tell_loss_of_any_node, tell_loss_of_node
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding
from hexaops.assistant.understanding.questions import LOSS, asks_what_then
from hexaops.backends.kubernetes.rows import PdbRow
from hexaops.features.applications.service import ApplicationService
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.runbooks.disruption import max_unavailable_of_row

_PLANNED_TO_SEE = (Intent.SCALE_APPLICATION, Intent.START_APPLICATION)
"""What these would do, their plan shows."""
_REMOVED = re.compile(r"\b(?:delet|remov)(?:e|es|ed|ing)\b|\bshut (?:it )?down\b|\breboot(?:s|ed)?\b", re.IGNORECASE)
DEPENDENTS_OF = 3
"""Of up to so many applications it is told who depends on them."""


def asks_for_impact(message: str, asked: Understanding) -> bool:
    """Whether the message asks what would happen to something that it names, and for no change."""
    kinds = {found.entity.kind for found in asked.targets}
    changes = asked.is_change_request or asked.wants_plan or asked.about in _PLANNED_TO_SEE
    if changes or not asks_what_then(message):
        return False
    lost = LOSS.search(message) is not None or _REMOVED.search(message) is not None
    return "application" in kinds or (lost and ("node" in kinds or _of_any_node(asked)))


def _of_any_node(asked: Understanding) -> bool:
    """ "What happens if a node goes down?" names none."""
    return asked.intent is Intent.NODE_STATUS and not asked.targets


class ImpactReader(Struct, frozen=True):
    """Answers from the watch cache, and for who depends on what from the workspace's snapshot."""

    applications: ApplicationService
    diagnoses: DiagnosisService

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """What would be lost, of what was named."""
        facts = reading.facts
        if _of_any_node(reading.asked):
            tell_loss_of_any_node(facts, draft)
            return
        for found in reading.asked.targets:
            if found.entity.kind == "node":
                tell_loss_of_node(found.entity.name, facts, draft)
        named = reading.applications
        if not named:
            return
        draft.examine(named)
        down = {one.id: max_unavailable_of_row(one.workload) for one in named}
        lost = LOSS.search(reading.message) is not None
        tell_impact(named, None if lost else reading.asked.about, down, self._budgets(reading, named), facts, draft)
        snapshot = await self.diagnoses.snapshot(reading.caller.get_workspace(), logs=False)
        found_links = links(snapshot)
        for one in named[:DEPENDENTS_OF]:
            draft.gap()
            tell_dependents(one, found_links, facts, draft)

    def _budgets(self, reading: Reading, named: Sequence[Application]) -> dict[str, list[PdbRow]]:
        workspace = reading.caller.get_workspace()
        rows = self.applications.rows(workspace, "PodDisruptionBudget")
        found = {}
        for one in named:
            own = self.applications.related(workspace, one).disruption_budgets
            found[one.id] = [row for row in rows if row.namespace == one.project and row.name in own]
        return found
