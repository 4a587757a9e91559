"""Questions with a bound: which applications, pods or nodes are above or below a number."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.usage import Resource, Share, shares_of_application, shares_of_pods
from hexaops.analysis.insights.model import CATEGORIES
from hexaops.assistant.answers.bounds import Value, tell_bounded
from hexaops.assistant.answers.costs import known
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, TEXT_LIMIT, name_of, subject_of
from hexaops.assistant.answers.usage import node_share, why_no_node_usage
from hexaops.assistant.evidence import KUBERNETES, METRICS, STORE
from hexaops.assistant.understanding.bounds import Bound, bound_in
from hexaops.assistant.understanding.model import Understanding
from hexaops.backends.kubernetes.rows import PodRow
from hexaops.features.applications.service import ApplicationService
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.chat.reading.bounded_changes import deed_of_bound, offer_deed
from hexaops.features.chat.reading.fields import field_of
from hexaops.features.chat.reading.questions import is_no_question
from hexaops.features.chat.reading.resources import without_names
from hexaops.features.insights.engine import InsightEngine, Question
from hexaops.features.metrics.sources import MetricSources
from hexaops.features.overview.requests import measured_requests
from hexaops.kit.durations import format_duration
from hexaops.kit.text import markdown

_ASKS = re.compile(
    r"^\W*(?:(?:and|so|ok(?:ay)?|please|hey|now|but|can you|could you) )*(?:which|what|whats|any(?:thing|one|body)?|"
    r"is|are|does|do|has|have|show|list|find|get|give|tell|count|how many|who|all|every(?:thing)?|only|just|"
    r"pods?|nodes?|containers?|apps?|applications?|services?|workloads?|deployments?|"
    r"(?:more|less|fewer|greater|higher|lower|older|younger) than|over|under|above|below|at (?:least|most))\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:alert|notify|warn|page|tell me (?:when|if)|let me know|rules?|forecast|will|would|should|if|when|why|"
    r"because|"
    r"auto-?scal\w*|hpas?|quotas?|volumes?|disks?|storage|throttl\w*|logs?|lines?|scale|set|make|raise|lower it|"
    r"increase|reduce|restart (?:all|every|any|the|it|them)|stop|delete|save|saving|events?)\b",
    re.IGNORECASE,
)
_NODES = re.compile(r"\bnodes?\b|\bmachines?\b", re.IGNORECASE)
_PODS = re.compile(r"\bpods?\b|\bcontainers?\b", re.IGNORECASE)
_YES_NO = re.compile(r"^\W*(?:and |so |but )*(?:is|are|does|do|has|have)\b", re.IGNORECASE)
MOST_ASKED = 50
FIGURES = {"latency": "response_time_p95", "error_rate": "error_rate", "request_rate": "request_rate"}
_OF_USE = frozenset({"cpu", "memory", "either"})


def asks_for_bounds(message: str, asked: Understanding, facts: Facts) -> bool:
    """ "Which applications are above 80 % CPU?", not "alert me above 80 %"."""
    if is_no_question(asked):
        return False
    text = without_names(message, facts.applications or ())
    if not _ASKS.search(text) or _ELSEWHERE.search(text):
        return False
    bound = bound_in(text)
    return bound is not None and not (
        bound.of == "replicas" and field_of(message, facts.applications or (), asked) == "replicas"
    )


class BoundReader(Struct, frozen=True):
    """Answers from the watch cache, usage, the statement of costs and the source of metrics."""

    applications: ApplicationService
    sources: MetricSources
    engine: InsightEngine

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """Who is beyond the bound; raises MetricSourceError."""
        text = without_names(reading.message, reading.facts.applications or ())
        bound = bound_in(text)
        assert bound is not None
        uses = bound.of in _OF_USE and bound.reserved is None
        if (uses or bound.of in FIGURES) and "read_metrics" not in reading.facts.capabilities:
            draft.fulfilled = False
            draft.say("I can't tell: this message may not read metrics (capability read_metrics).")
            return
        facts = await self._with_usage(reading) if uses else reading.facts
        nodes = uses and (_NODES.search(text) or any(one.entity.kind == "node" for one in reading.asked.targets))
        selected = [] if nodes else reading.select(draft)
        if nodes:
            noun, values = "node", [*_of_nodes(bound, reading, facts)]
        elif _PODS.search(text) and bound.of in (*_OF_USE, "restarts", "age") and bound.reserved is None:
            noun, values = "pod", [*_of_pods(bound, selected, facts)]
        else:
            noun, values = "application", await self._of_applications(bound, selected, replace(reading, facts=facts))
        found = tell_bounded(values, bound, noun, facts, draft, yes_no=_YES_NO.search(text) is not None)
        self._tell_basis(bound, reading, draft)
        if deed := deed_of_bound(reading.message, reading.asked, facts):
            offer_deed(deed, {one.id for one in found}, facts, draft)

    @staticmethod
    def _tell_basis(bound: Bound, reading: Reading, draft: Draft) -> None:
        """What a percentage is of, and that a time that was named does not count."""
        if bound.percent and draft.fulfilled:
            draft.gap()
            draft.say("Percentages are of the limits, else of the requests, as used now.")
        seconds = reading.asked.parameters.time_range_seconds
        if seconds is not None and bound.of not in ("age", "latency") and draft.fulfilled:
            since = "counted since each pod was made" if bound.of == "restarts" else "as it is now"
            draft.say(f"This is {since}, not over the last {format_duration(seconds)}.")

    async def _with_usage(self, reading: Reading) -> Facts:
        workspace, facts = reading.caller.get_workspace(), reading.facts
        usage = facts.usage or await self.applications.usage(workspace)
        nodes = facts.node_usage or await self.applications.node_usage(workspace)
        return replace(facts, usage=usage, node_usage=nodes)

    async def _of_applications(self, bound: Bound, selected: Sequence[Application], reading: Reading) -> list[Value]:
        if bound.of in FIGURES:
            return await self._of_requests(bound, selected, reading)
        if bound.of == "cost":
            return await self._of_costs(selected, reading)
        if bound.reserved:
            return [_of_reserved(bound, one, reading.facts) for one in selected]
        return [value for one in selected for value in _of_application(bound, one, reading.facts)]

    async def _of_requests(self, bound: Bound, selected: Sequence[Application], reading: Reading) -> list[Value]:
        cluster, facts, figure = reading.caller.get_workspace().cluster_id, reading.facts, FIGURES[bound.of]
        asked, at = selected[:MOST_ASKED], facts.now.timestamp()
        found = await asyncio.gather(*(measured_requests(self.sources, cluster, one, at) for one in asked))
        return [
            Value(name_of(one, facts), subject_of(one), requests.figures[figure], METRICS,
                  reason=requests.reasons.get(figure, "not measured"), id=one.id)
            for one, requests in zip(asked, found, strict=True)
        ]  # fmt: skip

    async def _of_costs(self, selected: Sequence[Application], reading: Reading) -> list[Value]:
        question = Question(CATEGORIES, reading.seconds, None, logs=False)
        measurement = await self.engine.measure(reading.caller.get_workspace(), question)
        bills, why = measurement.statement.bills, measurement.no_usage or ""
        return [
            Value(name_of(one, reading.facts), subject_of(one), None if why else round(known(bills[one.id].cost), 2),
                  STORE, reason=why, id=one.id)
            for one in selected
            if one.id in bills
        ]  # fmt: skip


def _resources(bound: Bound) -> tuple[Resource, ...]:
    match bound.of:
        case "cpu":
            return ("cpu",)
        case "memory":
            return ("memory",)
        case _:
            return ("cpu", "memory")


def _of_use(
    name: str, subject: str, shares: Mapping[Resource, Share], bound: Bound, *, id_: str = ""
) -> Iterator[Value]:  # fmt: skip
    for resource in _resources(bound):
        share = shares[resource]
        label = {"cpu": "CPU", "memory": "memory"}[resource] if bound.of == "either" or bound.percent else ""
        value = share.percent if bound.percent else share.used
        yield Value(name, subject, value, METRICS, label, share.reason or "not measured", id_)


def _of_application(bound: Bound, one: Application, facts: Facts) -> Iterator[Value]:
    name, subject = name_of(one, facts), subject_of(one)
    if bound.of == "restarts":
        yield Value(name, subject, float(sum(pod.restarts for pod in one.pods)), KUBERNETES, id=one.id)
    elif bound.of == "replicas":
        yield Value(name, subject, float(one.desired), KUBERNETES, id=one.id)
    elif bound.of == "age":
        age = facts.now.timestamp() - one.workload.created_at
        yield Value(name, subject, age, KUBERNETES, id=one.id)
    elif facts.usage is not None and one.desired:
        yield from _of_use(name, subject, shares_of_application(one, facts.usage), bound, id_=one.id)


def _of_pods(bound: Bound, selected: Sequence[Application], facts: Facts) -> Iterator[Value]:
    for one in selected:
        for pod in one.pods:
            yield from _of_pod(bound, pod, facts, one.id)


def _of_pod(bound: Bound, pod: PodRow, facts: Facts, application_id: str) -> Iterator[Value]:
    name, subject = markdown(pod.name, NAME_LIMIT), f"Pod {pod.namespace}/{pod.name}"
    if bound.of == "restarts":
        yield Value(name, subject, float(pod.restarts), KUBERNETES, id=application_id)
    elif bound.of == "age":
        yield Value(name, subject, facts.now.timestamp() - pod.created_at, KUBERNETES, id=application_id)
    elif facts.usage is not None:
        shares = shares_of_pods([pod], facts.usage.by_object)
        yield from _of_use(name, subject, shares, bound, id_=application_id)


def _of_nodes(bound: Bound, reading: Reading, facts: Facts) -> Iterator[Value]:
    wanted = {found.entity.name for found in reading.asked.targets if found.entity.kind == "node"}
    for node in facts.nodes:
        if wanted and node.name not in wanted:
            continue
        nothing = Share(None, None, None, None, why_no_node_usage(facts))
        shares: dict[Resource, Share] = {one: node_share(node, facts, one) or nothing for one in ("cpu", "memory")}
        yield from _of_use(markdown(node.name, NAME_LIMIT), f"Node {node.name}", shares, bound)


def _of_reserved(bound: Bound, one: Application, facts: Facts) -> Value:
    """What is set for one pod."""
    name, subject = name_of(one, facts), subject_of(one)
    field = f"{bound.of}_{'limit' if bound.reserved == 'limits' else 'request'}"
    values = [value for pod in one.pods if (value := getattr(pod, field)) is not None]
    reason = f"its pods set none of the {markdown(bound.reserved or '', TEXT_LIMIT)}"
    return Value(name, subject, max(values) if values else None, KUBERNETES, reason=reason, id=one.id)
