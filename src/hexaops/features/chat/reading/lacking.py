"""Questions for what is not there: "which services have no network policy?", "what is not autoscaled?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.selectors import matches
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.lacking import tell_lacking, tell_projects_lacking
from hexaops.assistant.answers.lines import TEXT_LIMIT
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding
from hexaops.features.applications.service import ApplicationService
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.chat.reading.questions import NOT_ASKED
from hexaops.features.chat.reading.resources import without_names
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.kit.text import markdown

_SUBJECT = (
    r"(?:(?P<services>services?)|(?P<projects>projects?|namespaces?)|apps?|applications?|deployments?|workloads?|"
    r"stateful ?sets?|pods?|things?|ones|anything|something|everything|who|what)"
)
_ASKS = re.compile(
    r"^\W*(?:(?:and|so|ok(?:ay)?|please|hey|now|but|can you|could you|show|list|give|find|get|name|tell|me|us|all|"
    r"of|the|my|our|any|is there|are there|do|does|how many)\W+)*"
    rf"(?:which (?:of )?(?:the |my |our |other )*)?{_SUBJECT}\b"
)
_NOT = (
    r"(?:\b(?:has|have|having|got|with|is|are|by|under|in|behind)? ?(?:no|not|without|lack(?:s|ing)?|miss(?:es|ing)|"
    r"(?:do|does|is|are|has|have)(?: not|n't|nt)|uncovered|unprotected)\b)[^,;]{0,40}?"
)
_OBJECTS = (
    ("policies", r"\bnetwork ?polic(?:y|ies)\b|\bnetpols?\b"),
    ("autoscalers", r"\bauto-?scal(?:ed|ers?|ing)\b|\bhpas?\b"),
    ("budgets", r"\b(?:disruption )?budgets?\b|\bpdbs?\b"),
    ("quotas", r"\bquotas?\b"),
    ("hosts", r"\bingress(?:es)?\b|\bhost ?names?\b|\b(?:reachable|accessible|exposed|available|visible) "
              r"(?:from |to )?(?:the )?(?:outside|internet|public|world)\b|\b(?:publicly|exposed)\b"),
    ("claims", r"\b(?:persistent )?(?:volumes?|storage)\b|\b(?:pvcs?|claims?)\b"),
    ("services", r"\bservices?\b"),
)  # fmt: skip
_LACKS = tuple((topic, re.compile(rf"{_NOT}(?:{words})")) for topic, words in _OBJECTS)
_OTHER = re.compile(r"\bservice ?accounts?\b|\bendpoints?\b|\bselectors?\b|\b(?:cost|error|latency) budgets?\b")
_YES_NO = re.compile(r"^\W*(?:and |so )?(?:is|are|do|does)\b")


def lacked_in(message: str, asked: Understanding, applications: Sequence[Application]) -> str:
    """Which kind of object is asked for that something has not, or ""."""
    refused = asked.intent is Intent.OUT_OF_SCOPE and asked.language == "other"
    if refused or asked.wants_plan or asked.mode in NOT_ASKED or asked.parts:
        return ""
    if any(found.entity.kind in ("pod", "node") for found in asked.targets):
        return ""
    text = without_names(message, applications)
    if not _ASKS.search(text) or _OTHER.search(text):
        return ""
    return next((topic for topic, words in _LACKS if words.search(text)), "")


class LackingReader(Struct, frozen=True):
    """Answers from the watch cache, and of network policies from the workspace's snapshot."""

    applications: ApplicationService
    diagnoses: DiagnosisService

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """What has none of it, of what was named."""
        facts, selected = reading.facts, reading.select(draft)
        topic = lacked_in(reading.message, reading.asked, facts.applications or ())
        text = without_names(reading.message, facts.applications or ())
        if topic == "quotas":
            workspace = reading.caller.get_workspace()
            limited = {row.namespace for row in self.applications.rows(workspace, "ResourceQuota")}
            projects = [one for one in facts.projects if not reading.projects or one in reading.projects]
            tell_projects_lacking([one for one in projects if one not in limited], len(projects), facts, draft)
            return
        if topic == "autoscalers":
            selected = [one for one in selected if one.kind != "DaemonSet"]
        without = await self._without(topic, selected, reading, draft)
        if without is None:
            return
        of_services = _ASKS.search(text)
        served = self._served(without, reading) if of_services and of_services["services"] else {}
        yes_no = _YES_NO.search(text) is not None
        tell_lacking(topic, without, len(selected), served, facts, draft, yes_no=yes_no)

    async def _without(
        self, topic: str, selected: Sequence[Application], reading: Reading, draft: Draft
    ) -> list[Application] | None:  # fmt: skip
        workspace = reading.caller.get_workspace()
        if topic == "policies":
            snapshot = await self.diagnoses.snapshot(workspace, logs=False)
            if "NetworkPolicy" in snapshot.unread:
                draft.fulfilled = False
                draft.say("I can't tell: network policies could not be read here.")
                return None
            found = snapshot.of("NetworkPolicy")
            return [
                one
                for one in selected
                if not any(
                    policy.namespace == one.project
                    and matches(policy.mapping("spec", "podSelector"), one.workload.template_labels)
                    for policy in found
                )
            ]
        kinds = {"autoscalers": "HorizontalPodAutoscaler", "budgets": "PodDisruptionBudget", "hosts": "Ingress",
                 "claims": "PersistentVolumeClaim", "services": "Service"}  # fmt: skip
        freshness = self.applications.freshness(workspace, kinds[topic])
        if why := freshness.missing.get(kinds[topic]):
            draft.fulfilled = False
            draft.say(f"I can't tell: {markdown(why, TEXT_LIMIT)}.")
            return None
        return [one for one in selected if not self._has(topic, one, reading)]

    def _has(self, topic: str, one: Application, reading: Reading) -> bool:
        related = self.applications.related(reading.caller.get_workspace(), one)
        match topic:
            case "autoscalers":
                return bool(related.autoscalers)
            case "budgets":
                return bool(related.disruption_budgets)
            case "hosts":
                return bool(related.ingresses)
            case "claims":
                return bool(related.volume_claims or one.workload.claims or one.workload.claim_templates)
            case _:
                return bool(related.services)

    def _served(self, found: Sequence[Application], reading: Reading) -> dict[str, list[str]]:
        workspace = reading.caller.get_workspace()
        return {
            one.id: sorted(f"{row.namespace}/{row.name}" for row in self.applications.services(workspace, one))
            for one in found
        }
