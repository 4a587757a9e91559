"""Questions for fields of what exists (images, sizes, Services), for restarts, and for the busiest node."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers import resources as told
from hexaops.assistant.answers.ages import tell_ages
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.image_ages import tell_image_ages
from hexaops.assistant.answers.pods import answer_pods
from hexaops.assistant.answers.project_usage import tell_project_usage
from hexaops.assistant.answers.status import answer_status
from hexaops.assistant.answers.usage import answer_usage, tell_near_limits
from hexaops.assistant.understanding.intents import Intent, Mode
from hexaops.assistant.understanding.model import Understanding
from hexaops.features.applications.service import ApplicationService
from hexaops.features.chat.reading.asking import Reader, Reading
from hexaops.features.chat.reading.usage_history import asks_by_project
from hexaops.features.overview.activity import latest_release

_IMAGES = re.compile(r"\b(?:images?|image tags?|which versions?|what versions?)\b")
_SIZES = re.compile(r"\b(?:limits?|requests?)\b")
_LACKING = re.compile(r"\b(?:no|without|missing|lack(?:s|ing)?|don't have|not have|unlimited)\b")
_SERVICES = re.compile(r"\b(?:services?|ports?)\b")
_IMAGE_WORDS = re.compile(r"\b(?:images?|tags?|versions?)\b")
_LATEST_TAG = re.compile(r"\b:?latest tags?\b|\btag(?:ged)? (?:as )?:?latest\b|:latest\b|\bwithout a tag\b")
_WORD = re.compile(r"[a-z0-9][a-z0-9._-]*")
_RESTARTS = re.compile(r"\brestart(?:s|ed)\b|\brestart counts?\b")
_PODS = re.compile(r"\bpods?\b")
_NODES = re.compile(r"\bnodes?\b")


_ASKS_RESTARTS = re.compile(
    r"^\W*(?:has|have|had|did|does|do|is|are|was|were|when (?:did|was|were)|how (?:often|many times))\b.*"
    r"\b(?:restart|crash)(?:ed|es|s|ing)?\b(?! of\b)"
)
_BY_SOMEBODY = re.compile(r"\b(?:who|by|any(?:one|body)|some(?:one|body)|[iI]|we|you|plan|change|action)\b")
_TAKEN_FOR = frozenset({Intent.CHANGE_HISTORY, Intent.EVENT_QUERY, Intent.POD_STATUS, Intent.STATUS_QUERY})


def asks_for_restarts(message: str, asked: Understanding, applications: Sequence[Application]) -> bool:
    """ "Has web-app restarted lately?": of its containers, not of a change that somebody made."""
    text = without_names(message, applications)
    if asked.intent not in _TAKEN_FOR or asked.is_change_request or _BY_SOMEBODY.search(text):
        return False
    return _ASKS_RESTARTS.search(text) is not None and asked.parameters.status_filter is None


TYPES = ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")
_TYPES = re.compile(r"\b(?:cluster ?ip|node ?port|load ?balancer|external ?name)\b", re.IGNORECASE)
_NEAR_LIMIT = re.compile(
    r"\b(?:close(?:r|st)?|near(?:er|est)?|next)\b.{0,24}?\b(?P<what>memory|ram|cpu|resource)?\b ?limits?\b"
)
_LIMITED = frozenset({Intent.LIST_RESOURCES, Intent.USAGE_QUERY, Intent.HIGH_USAGE, Intent.STATUS_QUERY})


def asks_near_limits(message: str, asked: Understanding) -> bool:
    """ "Which app is closest to its memory limit?"."""
    return asked.intent in _LIMITED and not asked.wants_plan and _NEAR_LIMIT.search(message.casefold()) is not None


_OUTDATED = re.compile(
    r"\b(?:out-?dated|out[ -]of[ -]date|stale|obsolete|up[ -]to[ -]date|end[ -]of[ -]life|eol|"
    r"needs? (?:an? |to be )?updat(?:e|es|ed|ing)|old(?:er|est)?|how old|age|newer|newest)\b"
)
_OF_IMAGES = re.compile(r"\b(?:images?|versions?|tags?|releases?|software|dependenc(?:y|ies))\b")
_UP_TO_DATE = re.compile(r"\b(?:out-?dated|out[ -]of[ -]date|up[ -]to[ -]date|end[ -]of[ -]life|eol)\b")
_NO_IMAGES = re.compile(r"\b(?:kubernetes|k8s|kubelets?|nodes?|pods?|revisions?|current version|logs?|metrics?|data)\b")
_IMAGES_TAKEN_FOR = frozenset({
    Intent.LIST_RESOURCES, Intent.STATUS_QUERY, Intent.SECURITY_QUERY, Intent.CHANGE_HISTORY, Intent.HIGH_USAGE,
    Intent.OUT_OF_SCOPE, Intent.UNCLEAR, Intent.ALERT_QUERY, Intent.OPTIMIZATION, Intent.DIAGNOSE,
})  # fmt: skip


def asks_for_image_ages(message: str, asked: Understanding, applications: Sequence[Application]) -> bool:
    """ "Which images are outdated?", "is nginx up to date?"."""
    if asked.intent not in _IMAGES_TAKEN_FOR or asked.wants_plan or asked.mode in (Mode.HOWTO, Mode.NEGATED):
        return False
    text = without_names(message, applications)
    if _NO_IMAGES.search(text) or not _OUTDATED.search(text):
        return False
    of_ours = bool(asked.targets) or any(told.name_of_image(image) in text for one in applications
                                         for image in one.workload.images)  # fmt: skip
    return _OF_IMAGES.search(text) is not None or (of_ours and _UP_TO_DATE.search(text) is not None)


_OLDEST = re.compile(
    r"\b(?:oldest|newest|youngest)\b.*\bpods?\b|\bpods?\b.*\b(?:oldest|newest|youngest)\b|\bhow old (?:is|are)\b|"
    r"\bhow long (?:has|have|is|are|was)\b.*\b(?:up|running|alive|been there|existed?)\b|\buptime\b|"
    r"\bwhen (?:was|were)\b.*\bcreated\b|\bsince when (?:is|are|has|have)\b.*\b(?:up|running|there)\b"
)
_NEWEST = re.compile(r"\b(?:newest|youngest)\b")
_AGES_TAKEN_FOR = frozenset({
    Intent.HIGH_USAGE, Intent.LIST_RESOURCES, Intent.POD_STATUS, Intent.STATUS_QUERY, Intent.USAGE_QUERY,
    Intent.CHANGE_HISTORY,
})  # fmt: skip


def asks_for_age(message: str, asked: Understanding, applications: Sequence[Application]) -> bool:
    """ "Which pod is the oldest?", "how old is web-app?"."""
    if asked.intent not in _AGES_TAKEN_FOR or any(found.entity.kind == "node" for found in asked.targets):
        return False
    return _OLDEST.search(without_names(message, applications)) is not None


def _is_of_pods(text: str, asked: Understanding) -> bool:
    """ "What runs on worker-1?", "list the pods of data"; not "the images of the pods"."""
    on_node = any(found.entity.kind == "node" for found in asked.targets)
    return on_node or (_PODS.search(text) is not None and not (_IMAGES.search(text) or _SIZES.search(text)))


class ResourceReader(Struct, frozen=True):
    """Answers from the watch cache; what asks for no field is answered as a question for the status."""

    applications: ApplicationService

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """The field that was asked for, of what was named."""
        text = without_names(reading.message, reading.facts.applications or ())
        seconds = reading.asked.parameters.time_range_seconds
        if asks_near_limits(reading.message, reading.asked):
            said = _NEAR_LIMIT.search(reading.message.casefold())
            what = (said["what"] if said else None) or reading.asked.parameters.metric or "memory"
            tell_near_limits(reading.select(draft), "cpu" if what == "cpu" else "memory", reading.facts, draft)
        elif asks_for_image_ages(reading.message, reading.asked, reading.facts.applications or ()):
            self._image_ages(reading, draft)
        elif asks_for_age(reading.message, reading.asked, reading.facts.applications or ()):
            self._ages(reading, draft)
        elif asks_for_restarts(reading.message, reading.asked, reading.facts.applications or ()):
            told.tell_restarts(reading.select(draft), reading.facts, draft, seconds=seconds)
            if reading.asked.mode is Mode.HYPOTHETICAL and reading.asked.intent is Intent.STATUS_QUERY:
                draft.gap()
                answer_status(reading.asked, reading.facts, draft)  # "is web-app restarting?"
        elif reading.asked.intent is Intent.POD_STATUS:
            if _RESTARTS.search(text) and reading.asked.parameters.status_filter is None:
                told.tell_restarts(reading.select(draft), reading.facts, draft, seconds=seconds)
            else:
                answer_pods(reading.asked, reading.facts, draft)
        elif _is_of_pods(text, reading.asked):
            answer_pods(reading.asked, reading.facts, draft)
        else:
            self._field(text, reading, draft)

    def _field(self, text: str, reading: Reading, draft: Draft) -> None:
        """A field of applications, else how they are."""
        if _SIZES.search(text) and _LACKING.search(text):
            told.tell_unlimited(reading.select(draft), reading.facts, draft)
            return
        if _LATEST_TAG.search(text):
            told.tell_latest(reading.select(draft), reading.facts, draft)
            return
        if running := _named_by_image(text, reading):
            told.tell_images(running, reading.facts, draft)
            return
        for words, tell in ((_IMAGES, told.tell_images), (_SIZES, told.tell_sizes)):
            if words.search(text):
                tell(reading.select(draft), reading.facts, draft)
                return
        if _SERVICES.search(text):
            self._services(reading, draft)
        else:
            answer_status(reading.asked, reading.facts, draft)

    def _image_ages(self, reading: Reading, draft: Draft) -> None:
        """How long each image has run: since its revision became current, else since the oldest of its pods."""
        workspace, text = reading.caller.get_workspace(), reading.message.casefold()
        selected = reading.select(draft) if reading.is_named else _named_by_image(f"{text} image", reading)
        selected = selected or reading.select(draft)
        sets, events = self.applications.rows(workspace, "ReplicaSet"), self.applications.rows(workspace, "Event")
        since: dict[str, float] = {}
        for one in selected:
            release = latest_release([one], sets, events)
            at = release.at if release else min((pod.created_at for pod in one.pods), default=None)
            if at is not None:
                since[one.id] = at
        tell_image_ages(selected, since, reading.facts, draft)

    def _ages(self, reading: Reading, draft: Draft) -> None:
        workspace, selected, rows = reading.caller.get_workspace(), reading.select(draft), self.applications.rows
        release = latest_release(selected, rows(workspace, "ReplicaSet"), rows(workspace, "Event"))
        newest = _NEWEST.search(without_names(reading.message, selected)) is not None
        tell_ages(selected, release.at if release else None, reading.facts, draft, newest=newest)

    def _services(self, reading: Reading, draft: Draft) -> None:
        """Those of what was named, of a project also those that select nothing; each with all that it selects."""
        workspace, selected = reading.caller.get_workspace(), {one.id for one in reading.select(draft)}
        served: dict[str, list[str]] = {}
        chosen: set[str] = set()
        for one in reading.facts.applications or ():
            for service in self.applications.services(workspace, one):
                served.setdefault(service.uid, []).append(one.name)
                chosen |= {service.uid} if one.id in selected else set()
        projects = reading.projects
        everything = not projects and not reading.is_named
        services = [
            row
            for row in self.applications.rows(workspace, "Service")
            if everything or row.uid in chosen or row.namespace in projects
        ]
        services.sort(key=lambda row: (row.namespace, row.name))
        said = _TYPES.search(reading.message)
        of_type = next((one for one in TYPES if said and said[0].casefold().replace(" ", "") == one.casefold()), "")
        told.tell_services(services, served, reading.facts, draft, of_type=of_type)


def _named_by_image(text: str, reading: Reading) -> list[Application]:
    """ "Which postgres version do we run?": those whose image is called so."""
    if reading.is_named or not _IMAGE_WORDS.search(text):
        return []
    said = set(_WORD.findall(text))
    return [
        one
        for one in reading.facts.applications or ()
        if any(told.name_of_image(image) in said for image in one.workload.images)
    ]


class UsageReader(Struct, frozen=True):
    """Who uses the most: nodes where nodes are asked for, else whoever answers for applications."""

    applications: Reader

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """The usage, the highest first."""
        if asks_by_project(reading.message) and not reading.asked.targets:
            tell_project_usage(reading.select(draft), reading.asked.parameters.metric, reading.facts, draft)
            return
        text = without_names(reading.message, reading.facts.applications or ())
        of_nodes = reading.asked.resource_type == "nodes" or _NODES.search(text) is not None
        if of_nodes and not reading.applications:
            answer_usage(replace(reading.asked, resource_type="nodes"), reading.facts, draft)
        else:
            await self.applications.answer(reading, draft)


def without_names(message: str, known: Sequence[Application]) -> str:
    """The message without names of applications: "api-service" asks for no Service."""
    return _without(message, tuple([one.name for one in known]))


@lru_cache(maxsize=4)
def _without(message: str, names: tuple[str, ...]) -> str:
    """Kept, as several readers ask it of the same message."""
    text = message.casefold()
    for name in sorted({name.casefold() for name in names}, key=len, reverse=True):
        text = text.replace(name, " ")
    return text
