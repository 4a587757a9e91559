"""Questions whether a change is safe or needed: "is it safe to restart cart?", "should I scale it up?"."""

from __future__ import annotations

import re

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.usage import shares_of_application
from hexaops.analysis.dependencies import links
from hexaops.analysis.diagnosis.causes import ref_of
from hexaops.analysis.insights.model import CATEGORIES
from hexaops.analysis.room import homeless
from hexaops.assistant.answers.changes import tell_forbidden
from hexaops.assistant.answers.costs import known
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.possible import EXECUTE
from hexaops.assistant.answers.safety import Change, Grounds, tell_cost_of_scaling, tell_drain, tell_verdict
from hexaops.assistant.understanding.intents import Intent, Mode
from hexaops.assistant.understanding.model import Understanding
from hexaops.assistant.understanding.questions import asks_what_then
from hexaops.assistant.understanding.values import wanted_replicas
from hexaops.errors import UpstreamUnavailableError
from hexaops.features.applications.service import ApplicationService
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.insights.engine import InsightEngine, Question
from hexaops.runbooks.disruption import max_unavailable_of_row

_SAFE = re.compile(
    r"\b(?:is|would|will|was)(?:n't| not)? (?:it|that|this)(?: be)? (?:really |still )?(?:safe|ok|okay|fine|alright|"
    r"all right|dangerous|risky|harmful|harmless|wise|a problem|a risk|a good idea|a bad idea)\b|"
    r"\b(?:is|are)\b.*\bsafe to\b|\bhow (?:safe|risky|dangerous) (?:is|would)\b|\bsafely\b|\bwithout (?:an )?"
    r"(?:outage|downtime|interruption)s?\b",
    re.IGNORECASE,
)
_SHOULD = re.compile(r"\b(?:should|must|do|shall) (?:i|we) (?:need to |have to |better )?|\bis it (?:time|necessary)\b",
                     re.IGNORECASE)  # fmt: skip
_CAN = re.compile(
    r"^\W*(?:and |so |but )?(?:can|may|could) (?:i|we)\b|\b(?:can|could|may) [\w -]{1,80} be (?:safely )?drained\b",
    re.IGNORECASE,
)
_DRAINED = re.compile(r"\bdrain(?:ed|ing)?\b", re.IGNORECASE)
_COST = re.compile(r"\b(?:costs?|expensive|price|cheaper|dollars?)\b", re.IGNORECASE)
_VERBS = {
    Intent.RESTART_APPLICATION: "restart", Intent.RESTART_FAILING: "restart", Intent.STOP_APPLICATION: "stop",
    Intent.SCALE_APPLICATION: "scale",
}  # fmt: skip
TOLD = 3
"""Applications at once."""


def asks_for_safety(message: str, asked: Understanding) -> bool:
    """Whether it asks if a change of what it names is safe or needed, and for no change."""
    if asked.wants_plan or asked.is_change_request:
        return False
    kinds = {found.entity.kind for found in asked.targets}
    if _is_of_drain(message, asked):
        return "node" in kinds and (_SAFE.search(message) is not None or _CAN.search(message) is not None)
    told = asked.intent is Intent.ACTION_QUESTION and asked.mode in (Mode.HYPOTHETICAL, Mode.ADVICE)
    if not told or asked.about not in _VERBS or "application" not in kinds:
        return False
    if _COST.search(message):
        return asked.about is Intent.SCALE_APPLICATION and wanted_replicas(asked.parameters, 1) is not None
    scaled_to = asked.about is Intent.SCALE_APPLICATION and asks_what_then(message)
    return scaled_to or any(words.search(message) for words in (_SAFE, _SHOULD, _CAN))


def _is_of_drain(message: str, asked: Understanding) -> bool:
    """Whether it is about taking a node away."""
    looks = asked.intent in (Intent.NODE_STATUS, Intent.LIST_RESOURCES, Intent.ACTION_QUESTION, Intent.UNCLEAR)
    return asked.intent is Intent.NODE_MAINTENANCE or (looks and _DRAINED.search(message) is not None)


class SafetyReader(Struct, frozen=True):
    """Answers from the watch cache, usage, and who depends on what from the workspace's snapshot."""

    applications: ApplicationService
    diagnoses: DiagnosisService
    engine: InsightEngine

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """The verdict on each application, or on a node."""
        asked = reading.asked
        if _is_of_drain(reading.message, asked):
            self._drain(reading, draft)
            return
        if _CAN.search(reading.message) and EXECUTE not in reading.facts.permissions:
            tell_forbidden(draft, reading.facts)
            return
        assert asked.about is not None
        draft.examine(reading.applications)
        if _COST.search(reading.message):
            await self._cost(reading, draft)
            return
        for one in reading.applications[:TOLD]:
            wanted = wanted_replicas(asked.parameters, one.desired) if asked.about is Intent.SCALE_APPLICATION else None
            then = asks_what_then(reading.message)
            change = Change(_VERBS[asked.about], wanted, needed=asked.mode is Mode.ADVICE, then=then)
            tell_verdict(one, change, await self._grounds(one, reading), reading.facts, draft)

    async def _cost(self, reading: Reading, draft: Draft) -> None:
        """What the wanted number of replicas would cost."""
        measurement = await self.engine.measure(
            reading.caller.get_workspace(), Question(CATEGORIES, reading.seconds, None, logs=False)
        )
        for one in reading.applications[:TOLD]:
            wanted = wanted_replicas(reading.asked.parameters, one.desired)
            bill = measurement.statement.bills.get(one.id)
            if bill is None or wanted is None or measurement.no_usage:
                draft.fulfilled = False
                draft.say(f"I can't tell: {measurement.no_usage or 'nothing is charged for it'}.")
            else:
                tell_cost_of_scaling(one, wanted, known(bill.cost), reading.facts, draft)

    async def _grounds(self, one: Application, reading: Reading) -> Grounds:
        workspace, shares = reading.caller.get_workspace(), None
        related = self.applications.related(workspace, one)
        if "read_metrics" in reading.facts.capabilities:
            try:
                shares = shares_of_application(one, await self.applications.usage(workspace))
            except UpstreamUnavailableError:  # the verdict goes without
                shares = None
        snapshot = await self.diagnoses.snapshot(workspace, logs=False)
        own = ref_of(one)
        dependents = sorted({link.source.name for link in links(snapshot) if link.target == own and link.source != own})
        return Grounds(
            max_unavailable_of_row(one.workload),
            [row for row in self.applications.rows(workspace, "PodDisruptionBudget")
             if row.namespace == one.project and row.name in related.disruption_budgets],
            [row for row in self.applications.rows(workspace, "HorizontalPodAutoscaler")
             if row.namespace == one.project and row.name in related.autoscalers],
            shares,
            dependents,
        )  # fmt: skip

    def _drain(self, reading: Reading, draft: Draft) -> None:
        workspace, facts = reading.caller.get_workspace(), reading.facts
        pods = self.applications.all_pods(workspace)
        budgets = self.applications.rows(workspace, "PodDisruptionBudget")
        for found in reading.asked.targets:
            if found.entity.kind != "node":
                continue
            node = found.entity.name
            there = [one for one in facts.applications or () if any(pod.node == node for pod in one.pods)]
            held = {(one.project, name) for one in there
                    for name in self.applications.related(workspace, one).disruption_budgets}  # fmt: skip
            tight = [row for row in budgets if (row.namespace, row.name) in held and row.disruptions_allowed < 1]
            without = homeless(node, facts.nodes, pods)
            tell_drain(node, without, facts, draft, tight=tight, known=facts.whole_cluster)
