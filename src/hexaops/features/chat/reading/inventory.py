"""Questions for what there is of a kind: "how many StatefulSets?", "which volumes are unbound?", "which secrets?"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import get_args

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.causes import ref_of
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.fields import config_maps_of
from hexaops.assistant.answers.inventory import (
    Form,
    tell_claims_by,
    tell_named_in_templates,
    tell_requests_ranked,
    tell_workloads,
)
from hexaops.assistant.answers.lines import NAME_LIMIT, listing, name_of
from hexaops.assistant.answers.templates import secrets_of
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding
from hexaops.features.applications.service import ApplicationService
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.chat.reading.questions import NOT_ASKED
from hexaops.features.chat.reading.resources import without_names
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.kit.text import markdown

_KINDS = (
    ("Deployment", r"deployments?"), ("StatefulSet", r"stateful ?sets?|sts"), ("DaemonSet", r"daemon ?sets?"),
    ("ConfigMap", r"config ?maps?"), ("Secret", r"secrets?"),
)  # fmt: skip
_COUNT = r"^\W*(?:(?:and|so|ok(?:ay)?|please|hey|can you|could you|show|list|give|tell|get|print|me|us)\W+)*"
_HOW_MANY = r"(?:how many|which|what|all|all of|any|the|my|our|is there|are there(?: any)?|do (?:i|we) have(?: any)?)?"
_BEHIND = (
    r"(?: (?:are|is) (?:there|running|used|in use|deployed)| exist| do (?:i|we) (?:have|run|use)|"
    r" (?:are )?(?:in|of|used in) (?:the |my |our )?[\w-]{1,63}(?: (?:project|namespace|workspace|cluster))?)?\W*$"
)
_LISTED = tuple(
    (kind, re.compile(rf"{_COUNT}{_HOW_MANY}(?: of)?(?: the| my| our| all)* ?(?:{words}){_BEHIND}"))
    for kind, words in _KINDS
)
_UNUSED_OBJECTS = re.compile(
    r"\b(?P<kind>config ?maps?|secrets?)\b.{0,12}?\b(?:unused|not (?:being )?used|orphan\w*|nobody uses)\b|"
    r"\b(?:unused|orphan\w*) (?P<other>config ?maps?|secrets?)\b"
)
_CLAIMS = re.compile(r"\b(?:volumes?|pvcs?|(?:volume )?claims?|disks?)\b")
_TOTAL = re.compile(r"\bhow (?:much|big)\b.{0,20}?\b(?:storage|disk space)\b(?!.*\b(?:left|free|full)\b)")
_FORMS: tuple[tuple[Form, re.Pattern[str]], ...] = (
    ("unbound", re.compile(r"\b(?:unbound|not bound|pending|waiting|lost|un-?provisioned)\b")),
    ("unused", re.compile(r"\b(?:unused|not (?:being )?used|orphan\w*|unmounted|not mounted|used by (?:no|any)|"
                          r"nobody uses|without (?:a |any )?(?:pod|user|app))\b")),
    ("largest", re.compile(r"\b(?:largest|biggest)\b")),
)  # fmt: skip
_NOT_CLAIMS = re.compile(r"\b(?:snapshots?|back(?:ed)?[ -]?ups?|why|how (?:do|can)|resize|expand|grow)\b")
_REQUESTED = re.compile(
    r"\b(?:which|what|who)\b.{0,24}?\b(?P<verb>requests?|reserves?|has|have|with|sets?)\b.{0,20}?"
    r"\b(?:most|highest|largest|biggest|least|lowest|smallest)\b.{0,20}?\b(?P<what>cpu|memory|ram)\b.{0,12}?"
    r"(?P<noun>\brequests?\b|\blimits?\b)?"
)
_LEAST = re.compile(r"\b(?:least|lowest|smallest)\b")
_ELSEWHERE = frozenset({Intent.CHANGE_HISTORY, Intent.LOG_QUERY, Intent.EVENT_QUERY, Intent.ALERT_CREATE})


def inventory_asked(message: str, asked: Understanding, applications: Sequence[Application]) -> str:
    """Which kind, form of claims ("unbound") or ranking ("cpu requests") is asked for, or ""."""
    if asked.wants_plan or asked.mode in NOT_ASKED or asked.parts or asked.intent in _ELSEWHERE:
        return ""
    if any(found.entity.kind in ("application", "pod", "node") for found in asked.targets):
        return ""
    text = " ".join(without_names(message, applications).split())
    if unused := _UNUSED_OBJECTS.search(text):
        return "Secret" if (unused["kind"] or unused["other"]).startswith("secret") else "ConfigMap"
    if kind := next((kind for kind, words in _LISTED if words.search(text)), ""):
        return kind
    if _TOTAL.search(text):
        return "total"
    if _CLAIMS.search(text) and not _NOT_CLAIMS.search(text):
        return next((form for form, words in _FORMS if words.search(text)), "")
    found = _REQUESTED.search(text)
    if found and (found["verb"].startswith(("request", "reserve")) or found["noun"]):
        resource = "cpu" if found["what"] == "cpu" else "memory"
        return f"{resource} {'limits' if (found['noun'] or '').startswith('limit') else 'requests'}"
    return ""


class InventoryReader(Struct, frozen=True):
    """Answers from the watch cache; of ConfigMaps and Secrets from the templates."""

    applications: ApplicationService
    diagnoses: DiagnosisService

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """How many there are, then which."""
        facts = reading.facts
        topic = inventory_asked(reading.message, reading.asked, facts.applications or ())
        selected = reading.select(draft)
        if topic in ("ConfigMap", "Secret"):
            await self._named(topic, selected, reading, draft)
        elif topic.startswith(("cpu", "memory")):
            resource, _, of = topic.partition(" ")
            least = _LEAST.search(reading.message.casefold()) is not None
            tell_requests_ranked(selected, "cpu" if resource == "cpu" else "memory", facts, draft, least=least,
                                 limits=of == "limits")  # fmt: skip
        elif topic in get_args(Form):
            self._claims(topic, reading, draft)
        else:
            found = [one for one in facts.applications or () if one.kind == topic]
            found = [one for one in found if not reading.projects or one.project in reading.projects]
            names = [markdown(name, NAME_LIMIT) for name in sorted(reading.projects)]
            tell_workloads(topic, found, f" in {listing(names)}" if names else "", facts, draft)

    async def _named(self, kind: str, selected: Sequence[Application], reading: Reading, draft: Draft) -> None:
        snapshot = await self.diagnoses.snapshot(reading.caller.get_workspace(), logs=False)
        used: dict[tuple[str, str], list[str]] = {}
        for one in selected:
            workload = snapshot.at(ref_of(one))
            names = config_maps_of(one, snapshot) if kind == "ConfigMap" else secrets_of(workload) if workload else []
            for name in names:
                used.setdefault((one.project, name), []).append(name_of(one, reading.facts))
        tell_named_in_templates(kind, used, reading.facts, draft)

    def _claims(self, form: str, reading: Reading, draft: Draft) -> None:
        workspace = reading.caller.get_workspace()
        rows = [row for row in self.applications.rows(workspace, "PersistentVolumeClaim")
                if not reading.projects or row.namespace in reading.projects]  # fmt: skip
        users: dict[tuple[str, str], list[str]] = {}
        for pod in self.applications.rows(workspace, "Pod"):
            for claim in pod.claims:
                users.setdefault((pod.namespace, claim), []).append(pod.name)
        known = next(one for one in get_args(Form) if one == form)
        tell_claims_by(known, rows, users, reading.facts, draft)
