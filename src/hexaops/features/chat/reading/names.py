"""Which objects a question names by their own names: "what does web-front point to?", "the claim data-0"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding
from hexaops.backends.kubernetes.rows import ObjectRow
from hexaops.features.chat.reading.questions import is_no_question

_KINDS = (
    ("Service", r"services?|svcs?"),
    ("Ingress", r"ingress(?:es)?"),
    ("ConfigMap", r"config ?maps?|cms?"),
    ("Secret", r"secrets?"),
    ("PersistentVolumeClaim", r"pvcs?|(?:persistent )?(?:volume )?claims?"),
    ("CronJob", r"cron ?jobs?"),
    ("Job", r"jobs?"),
    ("HorizontalPodAutoscaler", r"hpas?|(?:horizontal pod )?autoscalers?"),
    ("NetworkPolicy", r"network ?polic(?:y|ies)|netpols?"),
    ("ResourceQuota", r"(?:resource ?)?quotas?"),
    ("PodDisruptionBudget", r"pdbs?|(?:pod )?(?:disruption )?budgets?"),
)
_SAID = tuple((kind, re.compile(rf"\b(?:{words})\b")) for kind, words in _KINDS)
_BEFORE = tuple(
    (kind, re.compile(rf"\b(?:{words})(?: (?:called|named))? [“\"'`]?([a-z0-9][a-z0-9.-]*[a-z0-9])"))
    for kind, words in _KINDS
)
_NAME = re.compile(r"(?<![\w.-])[a-z0-9][a-z0-9.-]{0,251}[a-z0-9](?![\w-])")
_OF_OTHERS = frozenset({
    Intent.ALERT_QUERY, Intent.ALERT_CREATE, Intent.ALERT_ACKNOWLEDGE, Intent.BACKUP, Intent.DASHBOARD_CREATE,
    Intent.GREETING, Intent.THANKS, Intent.GOODBYE, Intent.HELP, Intent.CONFIRM, Intent.DENY, Intent.NO_ACTION,
})  # fmt: skip
_OF_THE_APPLICATION = frozenset({
    Intent.DIAGNOSE, Intent.ROOT_CAUSE, Intent.LOG_QUERY, Intent.EVENT_QUERY, Intent.PERFORMANCE_ANALYSIS,
    Intent.COST_ANALYSIS, Intent.COST_BREAKDOWN, Intent.ANOMALY_QUERY,
})  # fmt: skip
"""What is asked in these of a Service or an Ingress is asked of what is behind it."""
_LEADS = re.compile(
    r"\b(?:points?|pointing|leads?|routes?|selects?|selectors?|forwards?|maps? to|goes? to|send(?:s|ing)?|"
    r"target(?:s|ing)?|backs|behind|backends?|endpoints?|resolves?)\b",
    re.IGNORECASE,
)
TOKENS = 12


def kind_said(message: str) -> str:
    """The kind that the message speaks of, or ""."""
    text = message.casefold()
    return next((kind for kind, words in _SAID if words.search(text)), "")


def objects_named(message: str, asked: Understanding, facts: Facts) -> list[ObjectRow]:
    """Rows of the watch cache that the message names; an application's own name only after the word of a kind."""
    found: dict[str, ObjectRow] = {}
    text = message.casefold()
    after = {name: kind for kind, words in _BEFORE for name in words.findall(text)}
    taken = {one.name for one in facts.applications or ()} | {*facts.projects} | {node.name for node in facts.nodes}
    taken |= {target.entity.name for target in asked.targets if target.entity.kind in ("pod", "action")}
    carried = next((kind for name, kind in after.items() if name == "it"), "") if asked.carries else ""
    for name in [*dict.fromkeys(_NAME.findall(text))][:TOKENS]:
        kind = after.get(name) or (carried if name in taken else "")
        if (name in taken and not kind) or (name not in taken and "-" not in name and not kind):
            continue
        for row in facts.objects(name):
            if not kind or row.kind == kind:
                found[row.uid] = row
    return [*found.values()]


def unknown_object(message: str, asked: Understanding) -> str:
    """A name like that of an object, which nothing in the watch cache has, or ""."""
    text = message.casefold()
    after = [name for _, words in _BEFORE for name in words.findall(text) if "-" in name]
    said = [unknown.mention.casefold() for unknown in asked.unknown_names if "-" in unknown.mention]
    return next(iter((*(name for name in after if name in said or not asked.targets), *said)), "")


def asks_where_a_service_leads(message: str, asked: Understanding) -> bool:
    """ "What does service web-app point to?", by the name of the application that no Service has."""
    targets = [found for found in asked.targets if found.entity.kind == "application"]
    if len(targets) != 1 or not _LEADS.search(message):
        return False
    text = message.casefold()
    for name in sorted(
        {targets[0].entity.name.casefold(), targets[0].mention.casefold()} - {""}, key=len, reverse=True
    ):
        text = text.replace(name, " ")  # "api-service" asks for no Service
    return kind_said(text) == "Service"


def asks_for_named(message: str, asked: Understanding, facts: Facts) -> bool:
    """Whether a question is about an object that it names."""
    if is_no_question(asked) or asked.intent in _OF_OTHERS:
        return False
    rows = objects_named(message, asked, facts)
    if rows:
        leads = all(row.kind in ("Service", "Ingress") for row in rows)
        return not (leads and asked.intent in _OF_THE_APPLICATION)
    if asks_where_a_service_leads(message, asked):
        return asked.intent not in _OF_THE_APPLICATION
    if asked.targets or asked.about is not None:
        return bool(kind_said(message) in ("ConfigMap", "Secret", "NetworkPolicy") and unknown_object(message, asked))
    return bool(unknown_object(message, asked)) and asked.intent not in _OF_THE_APPLICATION


def behind(message: str, asked: Understanding, facts: Facts) -> Iterator[ObjectRow]:
    """The Services and Ingresses that stand for the applications behind them: "why is web-front slow?"."""
    if asked.intent in _OF_THE_APPLICATION and not asked.targets:
        yield from (row for row in objects_named(message, asked, facts) if row.kind in ("Service", "Ingress"))
