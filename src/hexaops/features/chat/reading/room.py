"""Questions for room: do further pods fit, how many, are nodes overcommitted, can one of them be lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.analysis.room import Need, homeless, rooms, spread
from hexaops.assistant.answers import room as told
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.lines import NAME_LIMIT
from hexaops.assistant.understanding.intents import Intent, Mode
from hexaops.assistant.understanding.model import Understanding
from hexaops.backends.kubernetes.rows import PodRow
from hexaops.features.applications.service import ApplicationService
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.chat.reading.resources import without_names
from hexaops.kit.text import markdown

_MORE = r"(?:more|another|additional|further|extra|pods?|replicas?|instances?|copies|copy|containers?)"
_ROOM = re.compile(
    r"\b(?:room|space|capacity|headroom|resources)\b(?: left| enough| free)?(?: (?:in|on) [\w -]{1,30}?)? "
    rf"(?:for|to (?:run|add|start|schedule|place|host|deploy))\b.{{0,40}}?\b{_MORE}\b|"
    rf"\b{_MORE}\b.{{0,60}}?\bfit(?:s|ting)?\b|\bfit(?:s|ting)?\b.{{0,40}}?\b{_MORE}\b|"
    r"\b(?:can|could|would|will|does|do)\b(?: (?:the|our|my|this))? (?:cluster|nodes?|quota)\b.{0,20}?"
    rf"\b(?:take|host|hold|accommodate|schedule|handle|fit|run)\b.{{0,40}}?\b{_MORE}\b|"
    r"\bhow many (?:more )?.{0,40}?\b(?:can|could|would|will|do|does) (?:still )?"
    r"(?:we|i|you|the cluster|our cluster|it|the nodes) (?:still )?"
    r"(?:run|take|host|hold|add|schedule|place|have room for)\b"
)
_OVER = re.compile(r"\bover-?(?:commit(?:ted|ting)?|subscribed|booked|allocated)\b")
_LOSE = re.compile(
    r"\b(?:capacity|room|resources|headroom|nodes|afford|survive|cope|able)\b.{0,30}?\b(?:to |without |with |of )?"
    r"(?:los(?:e|ing|s)|drain(?:ing)?|miss(?:ing)?|remov(?:e|ing)|take (?:out|away)|fail(?:ure)?)\b.{0,12}?"
    r"\b(?:a|an|any|one)\b.{0,12}?\bnodes?\b|\bn ?[+-] ?1\b"
)
_ENOUGH = re.compile(
    r"\b(?:enough|sufficient)\b.{0,12}?\b(?:capacity|room|nodes|headroom)\b|"
    r"\b(?:do|will|would) (?:i|we) need (?:to add )?(?:more|another|additional|bigger|a new) (?:worker )?nodes?\b|"
    r"\bshould (?:i|we) add (?:more|another|additional|a|some) (?:worker )?nodes?\b|"
    r"\b(?:more|another|additional) nodes? (?:is |are )?(?:needed|necessary|required)\b"
)
_ELSEWHERE = re.compile(
    r"\b(?:disks?|volumes?|storage|pvcs?|logs?|backups?|money|budget|alert|when|until|forecast|why|how (?:do|can) i)\b"
)
_ON_NODE = re.compile(
    r"\b(?:requested|reserved|allocated|requests)\b|"
    r"\bhow many (?:more )?(?:pods?|replicas?)\b.*\b(?:take|hold|fit|host)\b"
)
_NO_NODE = re.compile(
    r"\bpods?\b.{0,24}?\b(?:no|without|not (?:have )?a|not on any|not assigned (?:to )?(?:a|any))\b.{0,6}?\bnodes?\b"
)
_LATER = re.compile(r"\b(?:will|soon|next|by|days?|weeks?|months?|years?|tomorrow)\b", re.IGNORECASE)
_ASKS = re.compile(
    r"^\W*(?:(?:and|so|ok(?:ay)?|hey|hi|please|but|now|tell me|do you know)\W+(?:if |whether )?)*(?:is|are|do|does|"
    r"did|can|could|would|will|have|has|how many|how much|which|what|should|any|enough|room)\b"
)
_NUMBERS = {"a": 1, "an": 1, "one": 1, "another": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}
_COUNT = re.compile(
    r"\b(?P<count>\d{1,5}|a|an|one|another|two|three|four|five|six|ten) (?:(?:more|further|additional|extra|new|other|"
    r"of)\s+)*(?:pods?|replicas?|instances?|cop(?:y|ies)|containers?)\b|"
    r"\b(?P<more>\d{1,5}|one|two|three|four|five|six|ten) (?:more|further|additional|extra)\b|\b(?P<one>another)\b"
)
_HOW_MANY = re.compile(r"\bhow many\b")
_CPU = re.compile(r"\b(\d{1,6}(?:\.\d{1,3})?) ?(m|millicores?|milli ?cpus?|v?cpus?|cores?)\b(?! ?(?:of )?(?:mem|ram))")
_MEMORY = re.compile(r"\b(\d{1,6}(?:\.\d{1,3})?) ?(ki|mi|gi|ti|kib|mib|gib|tib|mb|gb|tb|g)b?\b")
_BYTES = {"ki": 2.0**10, "mi": 2.0**20, "gi": 2.0**30, "ti": 2.0**40, "mb": 1e6, "gb": 1e9, "tb": 1e12, "g": 1e9}
_NOT_ASKED = frozenset({Mode.HOWTO, Mode.NEGATED})
MOST = 10_000


def room_asked(message: str, asked: Understanding, applications: Sequence[Application]) -> str:
    """What is asked: "fit", "over", "lose", "enough", or ""."""
    if asked.wants_plan or asked.mode in _NOT_ASKED or asked.parts:
        return ""
    if asked.intent is Intent.FORECAST_QUERY and _LATER.search(message):
        return ""
    text = " ".join(without_names(message, applications).split())
    if not _ASKS.search(text) or _ELSEWHERE.search(text):
        return ""
    kinds = {found.entity.kind for found in asked.targets}
    if _LOSE.search(text) and not kinds & {"application", "pod", "node"}:
        return "lose"
    if _ROOM.search(text) and kinds != {"node"} and (kinds or _sizes(text) != Need() or not asked.unknown_names):
        sized = "application" in kinds or _sizes(text) != Need()
        return "fit" if sized else "enough"
    if _NO_NODE.search(text) and "node" not in kinds:
        return "unplaced"
    if kinds & {"application", "pod"}:
        return ""
    if "node" in kinds and (_ON_NODE.search(text) or _ROOM.search(text)):
        return "whole"
    return "over" if _OVER.search(text) else "enough" if _ENOUGH.search(text) else ""


def _sizes(text: str) -> Need:
    cpu, memory = _CPU.search(text), _MEMORY.search(text)
    cores = float(cpu[1]) * (0.001 if cpu[2].startswith("m") else 1.0) if cpu else 0.0
    return Need(cores, float(memory[1]) * _BYTES[memory[2].removesuffix("b") if memory[2].endswith("ib") else memory[2]]
                if memory else 0.0)  # fmt: skip


def _count(text: str) -> int | None:
    sizes = [one.span() for one in (*_CPU.finditer(text), *_MEMORY.finditer(text))]
    for start, end in reversed(sizes):
        text = f"{text[:start]} {text[end:]}"
    found = None if _HOW_MANY.search(text) else _COUNT.search(text)
    if found is None:
        return None if _HOW_MANY.search(text) else 1
    said = found["count"] or found["more"] or found["one"]
    return min(MOST, _NUMBERS.get(said) or int(said))


class RoomReader(Struct, frozen=True):
    """Answers from the watch cache: nodes, all pods, and quotas."""

    applications: ApplicationService

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """Whether there is room, of what was named."""
        facts, workspace = reading.facts, reading.caller.get_workspace()
        freshness = self.applications.freshness(workspace, "Node", "Pod")
        if freshness.missing or freshness.unread:
            draft.fulfilled = False
            draft.say("I can't tell: nodes or pods could not be read.")
            return
        pods = self.applications.all_pods(workspace)
        found = rooms(facts.nodes, pods)
        match room_asked(reading.message, reading.asked, facts.applications or ()):
            case "lose":
                told.tell_loss(
                    {node.name: homeless(node.name, facts.nodes, pods) for node in facts.nodes}, facts, draft
                )
            case "over":
                told.tell_requested_of_nodes(found, facts, draft, first="over")
            case "whole":
                named = {one.entity.name for one in reading.asked.targets if one.entity.kind == "node"}
                first: Literal["whole", "slots"] = "slots" if _HOW_MANY.search(reading.message.casefold()) else "whole"
                told.tell_requested_of_nodes([one for one in found if one.node in named], facts, draft, first=first)
            case "unplaced":
                self._tell_waiting(reading, draft)
                if not draft.statements:
                    told.tell_all_placed(sum(len(one.pods) for one in facts.applications or ()), facts, draft)
            case "enough":
                self._tell_waiting(reading, draft)
                told.tell_requested_of_nodes(found, facts, draft, first="enough" if not draft.statements else "whole")
            case _:
                self._fit(reading, pods, draft)

    @staticmethod
    def _tell_waiting(reading: Reading, draft: Draft) -> None:
        """Pods that wait for a node, which answers whether there is room enough."""
        waiting = [
            (one, pod)
            for one in reading.facts.applications or ()
            for pod in one.pods
            if pod.phase == "Pending" and not pod.node
        ]
        if waiting:
            told.tell_unplaced([pod for _, pod in waiting], reading.facts, draft)
            draft.shown += list(dict.fromkeys(one.id for one, _ in waiting))

    def _fit(self, reading: Reading, pods: Sequence[PodRow], draft: Draft) -> None:
        facts = reading.facts
        text = " ".join(without_names(reading.message, facts.applications or ()).split())
        found, wanted, sizes = rooms(facts.nodes, pods), _count(text), _sizes(text)
        for one in reading.select(draft)[:1] if reading.applications else [None]:
            need, what, quota = sizes, "pod", None
            unknown: tuple[str, ...] = ()
            if one is not None:
                resources = one.workload.resources
                need = sizes if sizes != Need() else Need(resources.cpu_request or 0.0, resources.memory_request or 0.0)
                what = f"{markdown(one.name, NAME_LIMIT)} pod"
                unknown = tuple(word for word, value in (("CPU", need.cpu), ("memory", need.memory)) if not value)
                quota = self._quota(one, need, reading)
            if one is not None and one.kind == "DaemonSet":
                draft.say(f"{markdown(one.name, NAME_LIMIT)} is a DaemonSet: it runs one pod on each node, not more.")
                return
            asked = told.Asked(what, need, wanted, unknown)
            told.tell_room(asked, found, spread(found, need, wanted or 0), quota, facts, draft)

    def _quota(self, one: Application, need: Need, reading: Reading) -> told.QuotaRoom | None:
        """What its project's quotas allow at least."""
        parts: list[told.QuotaRoom] = []
        for row in self.applications.rows(reading.caller.get_workspace(), "ResourceQuota"):
            if row.namespace != one.project:
                continue
            limits = one.workload.resources
            amounts = {
                "requests.cpu": need.cpu, "cpu": need.cpu, "requests.memory": need.memory, "memory": need.memory,
                "limits.cpu": limits.cpu_limit or 0.0, "limits.memory": limits.memory_limit or 0.0, "pods": 1.0,
            }  # fmt: skip
            for part, hard in row.hard.items():
                if amount := amounts.get(part):
                    used = row.used.get(part, 0.0)
                    allows = max(0, int((hard - used) / amount + 1e-9))
                    parts.append(told.QuotaRoom(f"{row.namespace}/{row.name}", part, used, hard, allows))
        return min(parts, key=lambda part: part.allows, default=None)
