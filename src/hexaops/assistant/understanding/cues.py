"""Which reading or talking intents the words of a clause point to: a table of cues, order-free, linear in the clause.

A cue holds when each of its needs has one of its tags in the clause and none of `without` is there. Tags with `@` are
kinds of named entities, `?` says that it is a question, `pronoun` that it points back.
"""

from __future__ import annotations

from dataclasses import dataclass

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.numbers import time_unit_seconds


@dataclass(frozen=True, slots=True)
class Cue:
    """One row: these tags together mean this intent, with this strength."""

    intent: Intent
    strength: float
    needs: tuple[frozenset[str], ...]
    without: frozenset[str]


def _cue(intent: Intent, strength: float, needs: str, without: str = "") -> Cue:
    groups = tuple(frozenset(group.split("|")) for group in needs.split())
    return Cue(intent, strength, groups, frozenset(without.split()))


_STATE = "healthy|unhealthy|failing|pending|stopped|running|not_ready|problem"
_CHANGED = "restart|scale|start|stop|change|deploy"

CUES = (
    _cue(Intent.STATUS_QUERY, 0.93, "status app|@application", "pod node @node"),
    _cue(Intent.STATUS_QUERY, 0.92, "status everything|platform|@project", "pod node"),
    _cue(Intent.STATUS_QUERY, 0.8, "status", "pod node @node @pod"),
    _cue(Intent.STATUS_QUERY, 0.93, "how_is @application|app"),
    _cue(Intent.STATUS_QUERY, 0.88, "how_is platform|whole|@project|everything"),
    _cue(Intent.STATUS_QUERY, 0.6, "how_is"),
    _cue(Intent.STATUS_QUERY, 0.85, "wh whole platform|@project"),
    _cue(Intent.STATUS_QUERY, 0.9, f"@application|app {_STATE}", "pod log"),
    _cue(Intent.STATUS_QUERY, 0.85, f"? platform {_STATE}", "security secure"),
    _cue(Intent.STATUS_QUERY, 0.85, f"everything|whole {_STATE}", "pod node"),
    _cue(Intent.STATUS_QUERY, 0.8, f"any {_STATE}", "pod node"),
    _cue(Intent.STATUS_QUERY, 0.8, "wh failing|unhealthy|problem|not_ready", "pod node why log"),
    _cue(Intent.STATUS_QUERY, 0.8, "wh|show|? running", "pod node"),
    _cue(Intent.STATUS_QUERY, 0.92, "how_many|number_noun app", "cost"),
    _cue(Intent.STATUS_QUERY, 0.88, "show app|@application", "pod log metric event"),
    _cue(Intent.STATUS_QUERY, 0.82, "wh|? app everything|self|@project|platform"),
    _cue(Intent.STATUS_QUERY, 0.8, "app @project"),
    _cue(Intent.STATUS_QUERY, 0.78, "app everything"),
    _cue(Intent.STATUS_QUERY, 0.72, "wh|any app"),
    _cue(Intent.STATUS_QUERY, 0.92, "replica @application|app how_many|wh|?|show"),
    _cue(Intent.STATUS_QUERY, 0.88, "project wh|show|how_many|everything"),
    _cue(Intent.STATUS_QUERY, 0.8, "@application respond|complete ?", "not"),
    _cue(Intent.STATUS_QUERY, 0.75, "@application brief"),
    _cue(Intent.STATUS_QUERY, 0.75, "? healthy self|everything brief"),
    _cue(Intent.STATUS_QUERY, 0.62, "@application"),
    _cue(Intent.STATUS_QUERY, 0.6, "@project brief"),
    _cue(Intent.STATUS_QUERY, 0.8, "project brief"),
    _cue(Intent.STATUS_QUERY, 0.6, "app brief"),
    _cue(Intent.STATUS_QUERY, 0.7, "show platform|@project"),
    _cue(Intent.STATUS_QUERY, 0.86, "wh deploy|running @project|platform"),
    _cue(Intent.USAGE_QUERY, 0.93, "cpu|memory resource|use|most", "optimize waste root"),
    _cue(Intent.USAGE_QUERY, 0.88, "cpu|memory @application|@node|@pod|app|node|how_many|show"),
    _cue(Intent.USAGE_QUERY, 0.9, "resource @application|@node|show|how_many|app", "optimize"),
    _cue(Intent.USAGE_QUERY, 0.9, "metric", "anomaly unusual"),
    _cue(Intent.USAGE_QUERY, 0.86, "resource most"),
    _cue(Intent.USAGE_QUERY, 0.75, "cpu|memory"),
    _cue(Intent.USAGE_QUERY, 0.7, "resource"),
    _cue(Intent.ALERT_QUERY, 0.95, "alert"),
    _cue(Intent.ALERT_QUERY, 0.9, "firing"),
    _cue(Intent.POD_STATUS, 0.95, f"pod {_STATE}|status|show|how_many|how_is|fail"),
    _cue(Intent.POD_STATUS, 0.95, "pod @application|@project|@pod|pronoun|wh"),
    _cue(Intent.POD_STATUS, 0.9, "@pod"),
    _cue(Intent.POD_STATUS, 0.85, "pod"),
    _cue(Intent.NODE_STATUS, 0.95, "node", "log cost"),
    _cue(Intent.NODE_STATUS, 0.94, "@node", "log cost"),
    _cue(Intent.NODE_STATUS, 0.97, "where @application|@pod", "log cost fail failing problem slow event config"),
    _cue(Intent.ACTION_STATUS, 0.96, "@action"),
    _cue(Intent.ACTION_STATUS, 0.93, "action status|show|progress|recent|happen|how_is|wh|respond", "cost"),
    _cue(Intent.ACTION_STATUS, 0.95, "action_named progress|how_is|status|happen|respond|running"),
    _cue(Intent.ACTION_STATUS, 0.7, "action"),
    _cue(Intent.ACTION_STATUS, 0.94, "progress|respond|complete pronoun after_change"),
    _cue(Intent.ACTION_STATUS, 0.62, "progress|complete pronoun ?", "app @application"),
    _cue(Intent.PERFORMANCE_ANALYSIS, 0.95, "performance"),
    _cue(Intent.PERFORMANCE_ANALYSIS, 0.95, "slow"),
    _cue(Intent.PERFORMANCE_ANALYSIS, 0.97, "root|why high|use cpu|memory|load|resource"),
    _cue(Intent.PERFORMANCE_ANALYSIS, 0.94, "use cpu|memory wh progressive", "most @application @node how_much"),
    _cue(Intent.PERFORMANCE_ANALYSIS, 0.9, "high cpu|memory|load", "notify create most"),
    _cue(Intent.PERFORMANCE_ANALYSIS, 0.9, "analyze"),
    _cue(Intent.DIAGNOSE, 0.96, "diagnose"),
    _cue(Intent.DIAGNOSE, 0.95, "why failing|fail|unhealthy|pending|not_ready|problem|stopped|stop"),
    _cue(Intent.DIAGNOSE, 0.92, "not respond|connect|start @application|app"),
    _cue(Intent.DIAGNOSE, 0.9, "fail @application|app", "?"),
    _cue(Intent.DIAGNOSE, 0.8, "fail self|pronoun", "?"),
    _cue(Intent.DIAGNOSE, 0.94, "problem @application|app", "? any how_many show wh cost"),
    _cue(Intent.DIAGNOSE, 0.95, "network"),
    _cue(Intent.DIAGNOSE, 0.94, "diagnostic"),
    _cue(Intent.DIAGNOSE, 0.9, "root problem|failing|fail"),
    _cue(Intent.DIAGNOSE, 0.75, "why @application|pod"),
    _cue(Intent.LOG_QUERY, 0.97, "log"),
    _cue(Intent.LOG_QUERY, 0.75, "search problem"),
    _cue(Intent.OPTIMIZATION, 0.95, "optimize", "cost"),
    _cue(Intent.OPTIMIZATION, 0.94, "waste"),
    _cue(Intent.OPTIMIZATION, 0.92, "optimization", "cost"),
    _cue(Intent.OPTIMIZATION, 0.95, "recommend cpu|memory|request_noun|resource|replica|app|@application", "cost"),
    _cue(Intent.OPTIMIZATION, 0.93, "use more need"),
    _cue(Intent.OPTIMIZATION, 0.75, "recommend", "cost"),
    _cue(Intent.OPTIMIZATION, 0.9, "more cpu|memory|resource need", "root"),
    _cue(Intent.COST_ANALYSIS, 0.97, "cost"),
    _cue(Intent.COST_ANALYSIS, 0.97, "savings"),
    _cue(Intent.COST_ANALYSIS, 0.95, "expensive"),
    _cue(Intent.COST_ANALYSIS, 0.8, "save app|platform|resource"),
    _cue(Intent.ALERT_CREATE, 0.98, "create alert", "ack"),
    _cue(Intent.ALERT_CREATE, 0.98, "notify"),
    _cue(Intent.ALERT_CREATE, 0.97, "assign_lead alert", "ack"),
    _cue(Intent.ALERT_ACKNOWLEDGE, 0.99, "ack alert"),
    _cue(Intent.ALERT_ACKNOWLEDGE, 0.75, "ack"),
    _cue(Intent.CHANGE_HISTORY, 0.94, "change wh|recent|show", "update_lead"),
    _cue(Intent.CHANGE_HISTORY, 0.92, "event"),
    _cue(Intent.CHANGE_HISTORY, 0.92, "deploy wh period"),
    _cue(Intent.CHANGE_HISTORY, 0.9, "history"),
    _cue(Intent.CHANGE_HISTORY, 0.9, "recent deploy|change"),
    _cue(Intent.CHANGE_HISTORY, 0.95, "action_noun history|show|recent", "progress status how_is"),
    _cue(Intent.POD_STATUS, 0.95, "restart number_noun|how_many"),
    _cue(Intent.POD_STATUS, 0.97, "restart_count"),
    _cue(Intent.ANOMALY_QUERY, 0.96, "anomaly"),
    _cue(Intent.ANOMALY_QUERY, 0.93, "unusual"),
    _cue(Intent.FORECAST_QUERY, 0.97, "predict"),
    _cue(Intent.FORECAST_QUERY, 0.97, "exhaust"),
    _cue(Intent.FORECAST_QUERY, 0.96, "forecast"),
    _cue(Intent.SECURITY_QUERY, 0.97, "security"),
    _cue(Intent.SECURITY_QUERY, 0.93, "secure app|pod|platform|everything|@application|self"),
    _cue(Intent.DASHBOARD_CREATE, 0.98, "dashboard"),
    _cue(Intent.AUTOSCALING, 0.98, "autoscale"),
    _cue(Intent.CONFIG_UPDATE, 0.98, "update_lead config|request_noun"),
    _cue(Intent.CONFIG_UPDATE, 0.96, "update_lead cpu|memory quantity"),
    _cue(Intent.CONFIG_UPDATE, 0.95, "assign_lead|increase_lead|decrease_lead|add_lead cpu|memory", "notify"),
    _cue(Intent.CONFIG_UPDATE, 0.8, "config", "cost"),
    _cue(Intent.DEPLOY_APPLICATION, 0.95, "deploy_lead"),
    _cue(Intent.DEPLOY_APPLICATION, 0.95, "create_lead app|pod", "alert dashboard backup autoscale config"),
    _cue(Intent.DELETE_APPLICATION, 0.96, "delete @application|app|@pod|pod|everything|@project|project|platform"),
    _cue(Intent.DELETE_APPLICATION, 0.9, "remove_lead @application|app|@project", "replicas_word"),
    _cue(Intent.NODE_MAINTENANCE, 0.97, "maintain"),
    _cue(Intent.NODE_MAINTENANCE, 0.97, "restart_lead|stop_lead node|@node", "@application app"),
    _cue(Intent.BACKUP, 0.98, "backup"),
    _cue(Intent.WORKSPACE_GUIDE, 0.96, "workspace create|how_to|need", "status cost alert"),
    _cue(Intent.WORKSPACE_GUIDE, 0.9, "project|platform create|how_to", "status cost alert app"),
    _cue(Intent.WORKSPACE_GUIDE, 0.85, "team workspace|project|platform|how_to"),
    _cue(Intent.HELP, 0.93, "help", "@application @pod @node"),
    _cue(Intent.HELP, 0.8, "command wh"),
)

TALK = (
    (Intent.DENY, "deny", 0.95),
    (Intent.DENY, "no", 0.93),
    (Intent.CONFIRM, "yes", 0.93),
    (Intent.THANKS, "thank", 0.96),
    (Intent.GOODBYE, "bye", 0.95),
    (Intent.GREETING, "greet", 0.95),
)


def clause_tags(clause: Clause, *, after_change: bool = False) -> set[str]:
    """All tags of the clause, with those that depend on the whole of it."""
    tags: set[str] = set()
    items = [item for item in clause.items if not item.is_mark]
    for item in items:
        if not item.quoted or item.mention:
            tags |= item.tags | _own_tags(item)
    if clause.is_question or (items and items[0].tags & {"wh", "aux", "how_to", "how_is", "how_many", "any"}):
        tags.add("?")
    if items and items[0].word in ("could", "would", "will", "can", "should"):
        tags.add("aux_first")
    tags |= {item.word for item in items if item.word in ("why", "where")}
    if _counts_restarts(items, tags):
        tags.add("restart_count")
    if any(item.word in ("need", "needs") for item in items):
        tags.add("need")
    if "action_noun" in tags and _names_action(clause):
        tags.add("action_named")
    if sum(1 for item in items if "filler" not in item.tags) <= 2:
        tags.add("brief")
    if tags & {"recent", "recently"} or any(time_unit_seconds(word) or word == "today" for word in clause.words):
        tags.add("period")
    if after_change:
        tags.add("after_change")
    return tags | _lead_tags(clause)


def _own_tags(item: Item) -> set[str]:
    """Tags that an item has by what it is: a named entity, a quantity, a progressive form."""
    tags = {f"@{candidate.entity.kind}" for candidate in item.mention.candidates[:3]} if item.mention else set()
    if item.number and item.number.kind == "quantity":
        tags.add("quantity")
    if "ing" in item.forms:
        tags.add("progressive")
    return tags


def _counts_restarts(items: list[Item], tags: set[str]) -> bool:
    """ "restarts of A", "how many restarts", "which pods restarted most": the containers' own, nobody's change."""
    for position, item in enumerate(items):
        if item.word == "restarts":
            after = items[position + 1].word if position + 1 < len(items) else ""
            return "how_many" in tags or "most" in tags or (position < 2 and after in ("of", "for", "per"))
        if "restart" in item.tags and {"most", "pod", "wh"} <= tags:
            return "base" not in item.forms
    return False


def _names_action(clause: Clause) -> bool:
    items = clause.items
    articles = ("the", "my", "that", "this", "last", "a", "current", "previous", "running")
    return any(
        "action_noun" in item.tags and (position and items[position - 1].word in articles)
        for position, item in enumerate(items)
    )


def _lead_tags(clause: Clause) -> set[str]:
    """`deploy_lead` and its kind: the verb that the clause begins with, apart from openings."""
    for item in clause.items:
        if item.mention:
            return set()
        if item.tags & {"wh", "aux", "how_to"} and item.word not in ("can", "could", "would", "will"):
            return set()
        if "base" in item.forms and item.tags - {"say", "filler", "change", "use", "complete", "yes", "go"}:
            return {f"{tag}_lead" for tag in item.tags}
    return set()


def score_cues(clause: Clause, tags: set[str]) -> dict[Intent, float]:
    """The strength of each intent that some cue points to: that of its strongest cue.

    A cue below SURE that leaves words of this field unexplained is weaker, by up to UNEXPLAINED.
    """
    scores: dict[Intent, float] = {}
    said = [item for item in clause.items if item.says_platform and not (item.quoted and not item.mention)]
    for cue in CUES:
        if cue.strength <= scores.get(cue.intent, 0.0) or cue.without & tags:
            continue
        if all(need & tags for need in cue.needs):
            left = _unexplained(cue, said) if cue.strength < SURE else 0.0
            strength = cue.strength * (1 - UNEXPLAINED * left)
            scores[cue.intent] = max(scores.get(cue.intent, 0.0), strength)
    return scores


SURE, UNEXPLAINED = 0.93, 0.3


def _unexplained(cue: Cue, said: list[Item]) -> float:
    """Share of the words of this field that the cue says nothing about; names are explained by every cue."""
    needed = frozenset().union(*cue.needs) | {tag.removesuffix("_lead") for need in cue.needs for tag in need}
    words = [item for item in said if item.mention is None]
    left = sum(1 for item in words if not item.tags & needed)
    return left / len(words) if words else 0.0


def score_talk(clause: Clause, tags: set[str]) -> dict[Intent, float]:
    """Greetings, thanks, yes and no: only where the clause says nothing else."""
    others = [item for item in clause.items if not item.is_mark and item.says_platform and not item.tags & _TALK_TAGS]
    if others:
        return {}
    words = clause.words
    scores = {intent: strength for intent, tag, strength in TALK if tag in tags}
    if words and words[0] in _ASKING:
        scores = {intent: s for intent, s in scores.items() if intent not in (Intent.CONFIRM, Intent.DENY)}
    if {"?", "everything", "healthy"} <= tags:  # "hey, everything fine?"
        scores.pop(Intent.GREETING, None)
    if words in (("wait",), ("hold", "on")):
        scores[Intent.DENY] = 0.8
    if words in (("do", "not"), ("not", "now"), ("stop", "that"), ("do", "not", "do", "it")):
        scores[Intent.DENY] = 0.9
    foreign = sum(1 for item in clause.items if item.is_foreign)
    if set(scores) <= {Intent.THANKS, Intent.GREETING, Intent.GOODBYE} and foreign <= 1 and len(words) <= 5:
        return scores
    if foreign or len(words) > 7:
        scores = {intent: strength * 0.5 for intent, strength in scores.items()}
    return scores


_ASKING = frozenset({"is", "are", "was", "does", "do", "did", "has", "have", "what", "which", "who", "why", "how"})
_TALK_TAGS = frozenset({"deny", "no", "yes", "thank", "bye", "greet"})
