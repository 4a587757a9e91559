"""Questions for what belongs to applications: autoscalers, quotas, volumes, host names, budgets, endpoints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.analysis.diagnosis.selectors import matches
from hexaops.assistant.answers import objects as told
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.jobs import tell_jobs, tell_next, tell_no_job, tell_suspended
from hexaops.assistant.answers.lines import NAME_LIMIT, TEXT_LIMIT, listing, name_of
from hexaops.assistant.answers.networks import tell_certificates, tell_policies, tell_tls
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding
from hexaops.assistant.understanding.normalise import word_set
from hexaops.backends.kubernetes.kinds import WatchedKind
from hexaops.features.applications.service import ApplicationService
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.chat.reading.resources import without_names
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.kit.text import markdown

INTENTS = frozenset({
    Intent.LIST_RESOURCES, Intent.STATUS_QUERY, Intent.USAGE_QUERY, Intent.HIGH_USAGE, Intent.AUTOSCALING,
    Intent.UPDATE_QUOTA, Intent.CONNECTIVITY, Intent.OUT_OF_SCOPE, Intent.UNCLEAR, Intent.ACTION_QUESTION,
    Intent.POD_STATUS, Intent.BACKUP, Intent.SECURITY_QUERY, Intent.NODE_STATUS, Intent.SCALE_APPLICATION,
})  # fmt: skip
"""Intents that a question for such an object is taken for."""
_ASKS = re.compile(
    r"^\W*(?:which|what|whats|what's|how (?:much|many|full|far|high|big|large|long)|"
    r"is|are|does|do|has|have|show|list|any|tell|when (?:do|does|will|is|are)|who (?:can|may|could|is allowed))\b"
)
_ASKS_OF_JOBS = re.compile(r"^\W*(?:and |so )?(?:did|when|was|were|how often)\b")
_TOPICS = (
    ("endpoints", re.compile(r"\bservices?\b.*\bendpoints?\b|\bendpoints?\b.*\bservices?\b")),
    (
        "autoscalers",
        re.compile(
            r"\b(?:auto-?scal(?:ed?|er|ers|ing)|hpas?|horizontal ?pod ?autoscalers?)\b|"
            r"\b(?:max(?:imum)?|min(?:imum)?)(?: number of| count of)? replicas?\b|"
            r"\breplicas? (?:max(?:imum)?|min(?:imum)?|bounds?)\b|\bhow (?:far|high) (?:can|may|could|will) .*\bscale\b"
        ),
    ),
    ("quotas", re.compile(r"\bquotas?\b")),
    ("budgets", re.compile(r"\b(?:disruption budgets?|pdbs?)\b")),
    (
        "certificates",
        re.compile(
            r"\bcert(?:ificate)?s?\b.*\b(?:expir\w{1,6}|valid|renew\w{0,5}|run(?:s|ning)? out|due)\b|"
            r"\b(?:expir\w{1,6}|valid|renew\w{0,5})\b.*\bcert(?:ificate)?s?\b"
        ),
    ),
    ("tls", re.compile(r"\b(?:tls|https|ssl)\b")),
    (
        "policies",
        re.compile(
            r"\bnetwork ?polic(?:y|ies)\b|\bnetpols?\b|"
            r"^\W*(?:and |so )?who (?:can|may|could|is allowed to) (?:reach|talk|connect|access|call|speak)\b"
        ),
    ),
    ("hosts", re.compile(r"\b(?:host ?names?|ingress(?:es)?|domain names?|domains|urls?)\b")),
    (
        "claims",
        re.compile(
            r"\b(?:volumes?|pvcs?|(?:volume )?claims?)\b(?! (?:be|is|are(?! there)|get|run)\b)|"
            r"\bstorage ?class(?:es)?\b|\bpersistent (?:storage|disks?|data)\b"
        ),
    ),
    ("jobs", re.compile(r"\b(?:cron ?)?jobs?\b")),
)
_OUTSIDE = re.compile(
    r"\b(?:reach(?:able|ed)?|accessible|exposed|open|available|visible)\b.*\b(?:internet|outside|world|publicly|public)\b|"
    r"\bpublic(?:ly)? (?:reachable|accessible|exposed|available|services?|apps?|applications?|endpoints?)\b|"
    r"\b(?:is|are) public\b|\b(?:is|are)\b.{1,80}\bexposed\W*$"
)
""" "Is anything reachable from the internet?", not "can web-app reach the internet?"."""
_OUTSIDE_INTENTS = frozenset({Intent.SECURITY_QUERY, Intent.ALERT_QUERY, *INTENTS})
_JOB_INTENTS = frozenset({
    Intent.POD_STATUS, Intent.BACKUP, Intent.ACTION_STATUS, Intent.CHANGE_HISTORY, Intent.DIAGNOSE, Intent.EVENT_QUERY,
    Intent.FORECAST_QUERY,
    *INTENTS,
})  # fmt: skip
"""Jobs run, finish and fail: questions for them are taken for more."""
_OF_LIMIT = re.compile(
    r"\b(?:at|reach(?:ed|es)?|hits?|hitting|near|close to) (?:its |their |the )?(?:own )?"
    r"(?:limits?|max(?:imum)?|ceiling|cap|upper bound)\b|\bmaxed out\b|\broom (?:left|to (?:grow|scale))\b",
    re.IGNORECASE,
)
""" "Is the autoscaler at its limit?": not whether there is one."""
_SOMETHING_ELSE = re.compile(
    r"\b(?:full|fullest|space|usage|fill)\b|\bused\b(?! by\b)|\b(?:in|much) use\b|\bback(?:ed)?[ -]?ups?\b"
)
""" "How full is the volume?", "is there a backup of it?": not which volumes there are."""
_SUCCEEDED = re.compile(
    r"^\W*(?:and |so )?(?:did|has|was)\b.*\b(?:succe\w{2,9}|work(?:ed)?|complete[d]?|finish(?:ed)?|ok)\b", re.IGNORECASE
)
""" "Did the nightly job succeed?": of the last one."""
_CALLED = re.compile(r"\b(?:the|our|my) (?P<name>[a-z0-9][a-z0-9-]{2,40}) (?:cron ?)?job\b")
_NO_JOB = word_set(
    "last latest newest next nightly daily weekly hourly monthly cron failed previous first same second batch "
    "scheduled kubernetes k8s current only"
)
""" "The report job", not "the last job"."""
_SUSPENDED = re.compile(r"\b(?:suspended|paused|disabled|switched off|turned off|inactive)\b", re.IGNORECASE)
_NEXT = re.compile(r"\bnext\b|\bwhen (?:do|does|will)\b", re.IGNORECASE)
_CLASSES = re.compile(r"\bstorage ?class(?:es)?\b", re.IGNORECASE)
_YES_NO = re.compile(r"^\W*(?:and |so |but )?(?:is|are|does|do|has|have|can)\b", re.IGNORECASE)
""" "Does web-app have an autoscaler?", which a yes or a no answers."""
_RANKED = re.compile(r"\b(?:has|have|with|had|runs?) (?:the )?(?:most|fewest)\b")
""" "Which app has the most replicas?" is not for bounds."""
_NO_TLS = re.compile(r"\b(?:no|without|not|lack(?:s|ing)?|missing|isn't|aren't|don't|doesn't)\b")


def topic_of(message: str, applications: Sequence[Application], asked: Understanding) -> str:
    """What a question is for, or "": of its own words, without those of names."""
    text = without_names(message, applications)
    if asked.is_change_request or not (_ASKS.search(text) or _ASKS_OF_JOBS.search(text)):
        return ""
    if asked.intent in _OUTSIDE_INTENTS and _OUTSIDE.search(text):
        return "outside"
    found = next((topic for topic, words in _TOPICS if words.search(text)), "")
    if found != "jobs" and not _ASKS.search(text):
        return ""
    if asked.intent not in (_JOB_INTENTS if found == "jobs" else INTENTS):
        return ""
    if found == "autoscalers" and _RANKED.search(text):
        return ""
    return "" if found == "claims" and not _CLASSES.search(text) and _SOMETHING_ELSE.search(text) else found


class ObjectReader(Struct, frozen=True):
    """Answers from the watch cache."""

    applications: ApplicationService
    diagnoses: DiagnosisService

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """The objects that were asked for, of what was named."""
        facts, selected = reading.facts, reading.select(draft)
        match topic_of(reading.message, facts.applications or (), reading.asked):
            case "autoscalers":
                rows = self._rows(reading, "HorizontalPodAutoscaler")
                told.tell_autoscalers(selected, rows, facts, draft, form=_form(reading.message))
            case "quotas":
                told.tell_quotas(self._in_projects(reading, selected, "ResourceQuota"), _in(reading), facts, draft)
            case "budgets":
                rows = self._of(reading, selected, "PodDisruptionBudget", "disruption_budgets")
                told.tell_budgets(rows, _in(reading, "of"), facts, draft)
            case "hosts":
                rows = self._of(reading, selected, "Ingress", "ingresses")
                told.tell_hosts(rows, self._behind(reading, selected), _in(reading, "to"), facts, draft)
            case "tls":
                rows = self._of(reading, selected, "Ingress", "ingresses")
                behind = self._behind(reading, selected)
                lacking = _NO_TLS.search(reading.message.casefold()) is not None
                tell_tls(rows, behind, _in(reading, "to"), facts, draft, lacking=lacking)
            case "certificates":
                snapshot = await self.diagnoses.snapshot(reading.caller.get_workspace(), logs=False)
                projects = {one.project for one in selected} if reading.is_named else {*facts.projects}
                tell_certificates([one for one in snapshot.of("Ingress") if one.namespace in projects], facts, draft)
            case "policies":
                await self._policies(reading, selected, draft)
            case "outside":
                self._outside(reading, selected, draft)
            case "jobs":
                self._jobs(reading, draft)
            case "claims":
                self._claims(reading, selected, draft)
            case _:
                self._endpoints(reading, selected, draft)

    def _rows(self, reading: Reading, kind: WatchedKind) -> list[Any]:
        found = self.applications.rows(reading.caller.get_workspace(), kind)
        return sorted(found, key=lambda row: (row.namespace, row.name))

    def _in_projects(self, reading: Reading, selected: Sequence[Application], kind: WatchedKind) -> list[Any]:
        projects = reading.projects or {one.project for one in selected}
        everything = not (reading.projects or reading.is_named)
        return [row for row in self._rows(reading, kind) if everything or row.namespace in projects]

    def _of(self, reading: Reading, selected: Sequence[Application], kind: WatchedKind, names: str) -> list[Any]:
        """All of the kind, or those that belong to what was named."""
        if not reading.is_named:
            return self._rows(reading, kind)
        workspace = reading.caller.get_workspace()
        related = {
            (one.project, name)
            for one in selected
            for name in getattr(self.applications.related(workspace, one), names)
        }
        return [row for row in self._rows(reading, kind) if (row.namespace, row.name) in related]

    def _behind(self, reading: Reading, selected: Sequence[Application]) -> dict[tuple[str, str], list[str]]:
        workspace = reading.caller.get_workspace()
        found: dict[tuple[str, str], list[str]] = {}
        for one in selected:
            for service in self.applications.services(workspace, one):
                found.setdefault((service.namespace, service.name), []).append(name_of(one, reading.facts))
        return found

    def _jobs(self, reading: Reading, draft: Draft) -> None:
        freshness = self.applications.freshness(reading.caller.get_workspace(), "Job", "CronJob")
        if freshness.missing or freshness.unread:
            why = next(iter(freshness.missing.values()), freshness.problem or "they have not been read yet")
            draft.fulfilled = False
            draft.say(f"I can't tell of Jobs: {markdown(why, TEXT_LIMIT)}.")
            return
        if _NEXT.search(reading.message):
            tell_next(_of_projects(self._rows(reading, "CronJob"), reading), reading.facts, draft)
            return
        jobs, schedules = self._rows(reading, "Job"), self._rows(reading, "CronJob")
        if (said := _CALLED.search(reading.message.casefold())) and said["name"] not in _NO_JOB:
            if not any(said["name"] in row.name for row in (*jobs, *schedules)):
                tell_no_job(said["name"], reading.facts, draft)
        elif _SUSPENDED.search(reading.message):
            tell_suspended(schedules, reading.facts, draft)
        last = _SUCCEEDED.search(reading.message) is not None
        tell_jobs(_of_projects(jobs, reading), _of_projects(schedules, reading), reading.facts, draft, last=last)

    async def _policies(self, reading: Reading, selected: Sequence[Application], draft: Draft) -> None:
        """Those that select pods of what was named, else all."""
        snapshot = await self.diagnoses.snapshot(reading.caller.get_workspace(), logs=False)
        found = [one for one in snapshot.of("NetworkPolicy") if one.namespace in {app.project for app in selected}]
        if reading.is_named and not reading.projects:
            labels = [(app.project, app.workload.template_labels) for app in selected]
            found = [
                one for one in found
                if any(one.namespace == project and matches(one.mapping("spec", "podSelector"), own)
                       for project, own in labels)
            ]  # fmt: skip
        tell_policies(found, _in(reading, "for"), reading.facts, draft)

    def _outside(self, reading: Reading, selected: Sequence[Application], draft: Draft) -> None:
        ingresses = self._of(reading, selected, "Ingress", "ingresses")
        services = [
            row
            for row in self._of(reading, selected, "Service", "services")
            if row.type in ("LoadBalancer", "NodePort")
        ]
        where = _in(reading, "to")
        told.tell_hosts(ingresses, self._behind(reading, selected), where, reading.facts, draft)
        told.tell_ports_outside(services, where, reading.facts, draft)

    def _claims(self, reading: Reading, selected: Sequence[Application], draft: Draft) -> None:
        rows = {(row.namespace, row.name): row for row in self._rows(reading, "PersistentVolumeClaim")}
        workspace = reading.caller.get_workspace()
        claims = {
            one.id: [
                rows[one.project, name]
                for name in self.applications.related(workspace, one).volume_claims
                if (one.project, name) in rows
            ]
            for one in selected
        }
        of_class = _CLASSES.search(reading.message) is not None
        told.tell_claims(claims, selected, reading.facts, draft, of_class=of_class)

    def _endpoints(self, reading: Reading, selected: Sequence[Application], draft: Draft) -> None:
        ready: dict[tuple[str, str], int] = {}
        for row in self._rows(reading, "EndpointSlice"):
            count = sum(one.ready for one in row.endpoints)
            ready[row.namespace, row.service] = ready.get((row.namespace, row.service), 0) + count
        workspace = reading.caller.get_workspace()
        services = self._rows(reading, "Service")
        if reading.is_named:
            uids = {service.uid for one in selected for service in self.applications.services(workspace, one)}
            services = [row for row in services if row.uid in uids]
        counts = {row.uid: ready.get((row.namespace, row.name), 0) for row in services}
        told.tell_unserved(services, counts, reading.facts, draft)


def _form(message: str) -> told.AutoscalerQuestion:
    """What the first words of an answer have to say."""
    if _OF_LIMIT.search(message):
        return "limit"
    return "whether" if _YES_NO.search(message) else "bounds"


def _of_projects(rows: Sequence[Any], reading: Reading) -> list[Any]:
    return [row for row in rows if not reading.projects or row.namespace in reading.projects]


def _in(reading: Reading, word: str = "in") -> str:
    """Where, in words: " in transit", " to depot-agent"."""
    named = [found.entity.name for found in reading.asked.targets] or sorted(reading.projects)
    names = [markdown(name, NAME_LIMIT) for name in named]
    return f" {word} {listing(names)}" if names else ""
