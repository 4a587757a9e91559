"""One clause → its intents with strengths, its mode, entities and values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hexaops.assistant.understanding.changes import intent_of_verb, read_reason, read_replicas
from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.cues import clause_tags, score_cues, score_talk
from hexaops.assistant.understanding.filters import read_filters, status_filter
from hexaops.assistant.understanding.following import follow_up
from hexaops.assistant.understanding.intents import CHANGE_INTENTS, Intent, Mode
from hexaops.assistant.understanding.inventory import NameIndex
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.model import Dialogue, Parameters, Resolved
from hexaops.assistant.understanding.modes import carries_on, mode_of_fragment, read_act
from hexaops.assistant.understanding.speech import Act
from hexaops.assistant.understanding.targets import Found, context_of, find_targets, focus_of, from_context, points_back

_OTHER_OBJECTS = frozenset(
    {
        Intent.BACKUP,
        Intent.DASHBOARD_CREATE,
        Intent.LOG_QUERY,
        Intent.AUTOSCALING,
        Intent.CONFIG_UPDATE,
        Intent.ALERT_CREATE,
        Intent.ALERT_ACKNOWLEDGE,
        Intent.DIAGNOSE,
        Intent.ANOMALY_QUERY,
        Intent.WORKSPACE_GUIDE,
        Intent.ALERT_QUERY,
    }
)
_CORE = frozenset(
    {"app", "pod", "node", "replica", "project", "platform", "cpu", "memory", "log", "alert", "autoscale", "backup"}
)
"""Words that hardly anybody says of anything but a platform."""
_TELLS_OF_TROUBLE = frozenset({Intent.DIAGNOSE, Intent.PERFORMANCE_ANALYSIS})


@dataclass(frozen=True, slots=True)
class Setting:
    """What a clause is read against: names, dialogue, and the clauses before it in the message."""

    index: NameIndex
    dialogue: Dialogue
    previous_mode: Mode | None = None
    before: tuple[Resolved, ...] = ()
    previous_verb: str = ""
    namespace: str | None = None
    """Said in the clause before, alone: "in staging, …"."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one clause says."""

    clause: Clause
    mode: Mode
    scores: dict[Intent, float]
    found: Found = field(default_factory=Found)
    parameters: Parameters = field(default_factory=Parameters)
    about: Intent | None = None
    known: float = 0.0
    foreign: float = 0.0
    verb: str = ""
    soft: bool = False
    is_statement: bool = False
    carries_on: bool = True
    """A change joined softly to this clause may be a request."""

    @property
    def coverage(self) -> float:
        """Words of this field among the words that say something."""
        return self.known / (self.known + self.foreign) if self.known + self.foreign else 0.0


def read_clause(clause: Clause, setting: Setting) -> Reading:
    """The reading of one clause."""
    act = read_act(clause, setting.previous_mode) or _same_verb(clause, setting)
    after_change = setting.dialogue.last_intent in {intent.value for intent in (*CHANGE_INTENTS, Intent.ACTION_STATUS)}
    tags = clause_tags(clause, after_change=after_change)
    cues = score_cues(clause, tags)
    if act is not None and act.mode is Mode.REQUEST:
        reading = _read_request(clause, act, tags, cues, setting)
    elif act is not None:
        reading = _read_talk_of_change(clause, act, tags, cues, setting)
    else:
        reading = _read_question(clause, tags, cues, setting)
    return _weighed(reading, tags)


def _same_verb(clause: Clause, setting: Setting) -> Act | None:
    """ "scale A to 4 and B to 2": the second clause has its verb from the first."""
    counted = clause.items[0].mention is not None and any(item.number for item in clause.items[:3])
    if setting.previous_mode is Mode.REQUEST and setting.previous_verb and clause.join == "soft" and counted:
        return Act(Mode.REQUEST, setting.previous_verb, 0)
    return None


def _within(clause: Clause, setting: Setting) -> str | None:
    return setting.namespace if clause.join == "soft" else None


def _weighed(reading: Reading, tags: set[str]) -> Reading:
    """The reading with talk added, and everything lowered by foreign words."""
    items = [item for item in reading.clause.items if not item.is_mark]
    named = {part for unknown in reading.found.unknown for part in unknown.mention.split()}
    foreign = sum(_weight_of_foreign(i, named) for i in items if _counts_as_foreign(i, named))
    known = sum(0.5 if i.corrected else 1.0 for i in items if i.says_platform)
    known += any(target.source != "name" for target in reading.found.targets)
    scores = {**reading.scores}
    if reading.mode is not Mode.REQUEST:
        share = known / (known + foreign) if known + foreign and reading.about is None else 1.0
        scores = {intent: strength * (0.3 + 0.7 * share) for intent, strength in scores.items()}
        for intent, strength in score_talk(reading.clause, tags).items():
            scores[intent] = max(strength, scores.get(intent, 0.0))
    on_platform = any(i.mention or i.tags & _CORE for i in items)
    numbers = sum(1 for i in items if i.number)
    scores[Intent.OUT_OF_SCOPE] = _foreignness(known, foreign + 0.5 * numbers * (known == 0), on_platform=on_platform)
    declared = not (tags & {"?", "wh"}) and not any(tag.endswith("_lead") for tag in tags)
    is_statement = (
        reading.mode is not Mode.REQUEST
        and declared
        and len(reading.clause.words) > 1
        and sum(len(i.word.split()) for i in items) > 2
    )
    leads = reading.mode is not Mode.READ or carries_on(reading.clause, tags)
    return replace(reading, scores=scores, known=known, foreign=foreign, is_statement=is_statement, carries_on=leads)


def _counts_as_foreign(item: Item, named: set[str]) -> bool:
    """A foreign word, unless it is a name that nobody has but that is written like one: `warehouse-sync`."""
    return item.is_foreign and not (item.text in named and item.looks_like_name)


def _weight_of_foreign(item: Item, named: set[str]) -> float:
    """Words that belong to other matters count double, a name that may only be misspelt counts half."""
    if "foreign" in item.tags:
        return 2.0
    return 0.5 if item.is_unknown and item.text in named else 1.0


def _foreignness(known: float, foreign: float, *, on_platform: bool) -> float:
    if known == 0:
        return min(0.95, 0.55 + 0.15 * foreign) if foreign else 0.35
    if foreign >= known and not on_platform:
        return 0.75
    return 0.9 * foreign / (known + foreign)


def _read_request(clause: Clause, act: Act, tags: set[str], cues: dict[Intent, float], setting: Setting) -> Reading:
    items, reason = read_reason(clause.items)
    found = find_targets(items, setting.index, for_change=True, start=max(0, act.at), within=_within(clause, setting))
    intent = _intent_of_request(items, act, tags, cues, found)
    if intent not in CHANGE_INTENTS:
        scores = {**cues, intent: max(0.93, cues.get(intent, 0.0))}
        mode, about = Mode.READ, None
        if intent is Intent.ACTION_QUESTION:
            mode, about = Mode.ADVICE, Intent.RESTART_APPLICATION
        return Reading(clause, mode, scores, found, read_filters(clause, tags, found), about)
    parameters = Parameters(reason=reason, namespace=found.namespace, everything="everything" in tags)
    if intent is Intent.SCALE_APPLICATION:
        values = read_replicas(items[act.at :] if act.verb != "assign" else items, act.verb)
        parameters = replace(values, reason=reason, namespace=found.namespace, everything="everything" in tags)
        if values.replicas == 0:
            intent = Intent.STOP_APPLICATION
    if intent is Intent.RESTART_FAILING:
        state = status_filter(clause, tags)
        parameters = replace(parameters, status_filter="failing" if state in (None, "running", "healthy") else state)
    if intent not in (Intent.CANCEL_ACTION, Intent.ROLLBACK_ACTION, Intent.RESTART_FAILING):
        found = _completed(items, act, found, parameters, setting)
    others = {other: 0.5 * strength for other, strength in cues.items()}
    scores = {**others, intent: 0.8 if act.soft else 0.97}
    return Reading(clause, Mode.REQUEST, scores, found, parameters, verb=act.verb, soft=act.soft)


def _intent_of_request(
    items: tuple[Item, ...], act: Act, tags: set[str], cues: dict[Intent, float], found: Found
) -> Intent:
    kinds = {target.entity.kind for target in found.targets}
    rest = items[act.at + 1 :]
    rest_tags = {tag for item in rest for tag in item.tags}
    intent = intent_of_verb(act.verb)
    has_app = "application" in kinds or bool(found.ambiguous)
    if act.verb == "stop" and (rest_tags & {"action", "action_noun"} or "action" in kinds) and not _first_is_app(rest):
        return Intent.CANCEL_ACTION
    if act.verb == "stop" and "after_change" in tags and not _names_something(rest):
        return Intent.CANCEL_ACTION
    if act.verb == "start" and rest_tags & {"restart"}:
        return Intent.RESTART_APPLICATION
    if intent in (Intent.CANCEL_ACTION, Intent.ROLLBACK_ACTION):
        return Intent.BACKUP if "backup" in tags else intent
    if "autoscale" in tags:
        return Intent.AUTOSCALING
    if intent is Intent.SCALE_APPLICATION and tags & {"cpu", "memory", "quantity"} and "replicas_word" not in tags:
        return Intent.CONFIG_UPDATE
    if ("node" in kinds or "node" in rest_tags) and not has_app:
        return Intent.NODE_MAINTENANCE
    if "pod" in kinds and not has_app and intent is not Intent.RESTART_APPLICATION:
        return Intent.ACTION_QUESTION
    other = next((i for i in sorted(_OTHER_OBJECTS) if cues.get(i, 0) >= 0.9), None)
    if other and not has_app and not rest_tags & {"app", "pronoun", "everything", "pod", "failing", "replica"}:
        return other
    if intent is Intent.RESTART_APPLICATION and _selects_by_state(rest, has_app=has_app):
        return Intent.RESTART_FAILING
    return intent


def _names_something(rest: tuple[Item, ...]) -> bool:
    """ "stop the app", "stop everything"; not "stop", "stop that": after a change that means the change."""
    return any(item.mention or item.is_foreign or item.tags & {"app", "pod", "everything"} for item in rest)


def _first_is_app(rest: tuple[Item, ...]) -> bool:
    for item in rest:
        if item.mention:
            return any(candidate.entity.kind == "application" for candidate in item.mention.candidates)
        if item.tags & {"action", "action_noun"}:
            return False
    return False


def _selects_by_state(rest: tuple[Item, ...], *, has_app: bool) -> bool:
    """ "the failing pods", "everything that is down"; not "the failing web-app"."""
    states = {"failing", "unhealthy", "pending", "not_ready", "fail"}
    for position, item in enumerate(rest):
        if item.tags & states:
            nouns = [
                other for other in rest if other.tags & {"pod", "app", "everything", "whole"} and not other.mention
            ]
            after = rest[position + 1] if position + 1 < len(rest) else None
            return bool(nouns) and not (after is not None and after.mention) and (not has_app or "pod" in nouns[0].tags)
    return False


def _completed(items: tuple[Item, ...], act: Act, found: Found, parameters: Parameters, setting: Setting) -> Found:
    """Targets from pronouns, the dialogue, the focus, or because there is only one application."""
    if found.targets or found.ambiguous or found.unknown or parameters.everything:
        return found
    pointer = points_back(items[act.at + 1 :]) if act.at + 1 <= len(items) else None
    context = context_of(setting.dialogue, setting.index, setting.before)
    if pointer:
        pointed = from_context(pointer, context, mention=pointer)
        if pointed.targets or pointed.ambiguous:
            return replace(found, targets=pointed.targets, ambiguous=pointed.ambiguous)
    elif len(context) == 1 and act.verb != "stop":
        return replace(found, targets=(Resolved(context[0], "", 0.8, "dialogue"),))
    focus = focus_of(setting.dialogue, setting.index)
    if len(focus) == 1:
        return replace(found, targets=(Resolved(focus[0], pointer or "", 0.8, "focus"),))
    return found


def _read_talk_of_change(
    clause: Clause, act: Act, tags: set[str], cues: dict[Intent, float], setting: Setting
) -> Reading:
    about = intent_of_verb(act.verb)
    found = find_targets(clause.items, setting.index, for_change=False)
    found = _pointed(clause.items, found, setting)
    parameters = read_filters(clause, tags, found)
    action_status = cues.get(Intent.ACTION_STATUS, 0.0)
    about_others = not (tags & {"aux_first"}) and any(strength >= 0.93 for strength in cues.values())
    if "restart_count" in tags and act.mode is not Mode.NEGATED:
        return Reading(clause, Mode.READ, cues, found, parameters)
    if act.is_noun and act.mode is not Mode.NEGATED and (action_status >= 0.9 or about_others):
        return Reading(clause, Mode.READ, cues, found, parameters)
    if act.mode is Mode.NEGATED:
        scores = {Intent.NO_ACTION: 0.95}
    elif act.mode is Mode.PAST and "?" in tags:
        scores = {Intent.CHANGE_HISTORY: 0.93}
    elif act.mode in (Mode.PAST, Mode.STATEMENT) and any(cues.get(i, 0.0) >= 0.9 for i in _TELLS_OF_TROUBLE):
        return Reading(clause, Mode.READ, cues, found, parameters)
    elif "?" in tags and "ing" in clause.items[act.at].forms and _has_subject(clause.items[: act.at]):
        going_on = Intent.POD_STATUS if "pod" in tags else Intent.ACTION_STATUS
        scores = {Intent.DIAGNOSE if "why" in tags else going_on: 0.9}
    else:
        scores = {Intent.ACTION_QUESTION: 0.93, about: 0.6, Intent.OPTIMIZATION: 0.3}
    if about is Intent.SCALE_APPLICATION:
        values = read_replicas(clause.items, act.verb)
        parameters = replace(values, namespace=found.namespace)
    return Reading(clause, act.mode, scores, found, parameters, about)


def _has_subject(before: tuple[Item, ...]) -> bool:
    """ "is web-app restarting", "are any pods restarting": it happens, nobody asks for it."""
    return any(item.mention or item.tags & {"pod", "app"} for item in before)


def _pointed(items: tuple[Item, ...], found: Found, setting: Setting) -> Found:
    """For readings: "its pods", "is it ok" point at what was spoken of last."""
    if found.targets or found.ambiguous or found.unknown:
        return found
    pointer = points_back(items)
    if pointer is None:
        return found
    context = context_of(setting.dialogue, setting.index, setting.before)
    if not context and (focus := focus_of(setting.dialogue, setting.index)):
        return replace(found, targets=tuple(Resolved(entity, pointer, 0.8, "focus") for entity in focus))
    return replace(found, targets=from_context("them", context, mention=pointer).targets)


def _read_question(clause: Clause, tags: set[str], cues: dict[Intent, float], setting: Setting) -> Reading:
    found = find_targets(clause.items, setting.index, for_change=False, within=_within(clause, setting))
    found = _pointed(clause.items, found, setting)
    follow = follow_up(clause, setting.dialogue)
    if follow is not None and follow.about is not None:
        filters = read_filters(clause, tags, found)
        return Reading(
            clause, Mode.ADVICE, {Intent.ACTION_QUESTION: 0.9, follow.about: 0.6}, found, filters, follow.about
        )
    if follow is not None and not found.targets and not found.ambiguous:
        context = context_of(setting.dialogue, setting.index, setting.before)
        found = replace(
            found, targets=from_context("them", context[:1] if len(context) == 1 else (), mention="").targets
        )
    pointed = [target.entity.kind for target in found.targets if target.source != "name"]
    scores = score_cues(clause, tags | {f"@{kind}" for kind in pointed}) if pointed else dict(cues)
    if follow is not None and follow.intent is not None:
        scores[follow.intent] = max(0.85, scores.get(follow.intent, 0.0))
    return Reading(clause, mode_of_fragment(clause), scores, found, read_filters(clause, tags, found))
