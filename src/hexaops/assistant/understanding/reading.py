"""One clause → what it says: the three layers side by side.

The speech act (`modes`) says whether a change is asked for now, the ranker which intent the words are like, the frame
whether every word is accounted for. A change is taken only where all three agree; what lacks one of them is asked.
"""

from __future__ import annotations

from msgspec import Struct, field
from msgspec.structs import replace

from hexaops.assistant.understanding.asides import with_pointer, without_asides
from hexaops.assistant.understanding.changes import intent_of_verb, read_reason
from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.filters import read_filters, status_filter
from hexaops.assistant.understanding.frame import Frame, read_frame
from hexaops.assistant.understanding.going_on import going_on
from hexaops.assistant.understanding.holding import holds_off
from hexaops.assistant.understanding.indirect import is_pressed, read_indirect
from hexaops.assistant.understanding.intents import CHANGE_INTENTS, LATER_CHANGES, LATER_INTENTS, Intent, Mode
from hexaops.assistant.understanding.inventory import Candidate, KnownEntity
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.kinds import LIKED, intent_of_request
from hexaops.assistant.understanding.labels import INTENT_OF, LABEL_OF
from hexaops.assistant.understanding.model import Ambiguity, Parameters, Resolved
from hexaops.assistant.understanding.modes import INHERITED, carries_on, mode_of_fragment, read_act
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.ranker import Ranking, rank
from hexaops.assistant.understanding.roles import RoledNumber, read_numbers
from hexaops.assistant.understanding.setting import (
    Setting,
    begun_by,
    borrows,
    in_order,
    label_before,
    of_a_change,
    place_before,
    pointed_at,
    points_at_a_place,
    spoken_of,
    that_fail,
    those_pods,
)
from hexaops.assistant.understanding.speech import Act
from hexaops.assistant.understanding.tags import clause_tags, has_finite_verb, score_talk
from hexaops.assistant.understanding.targets import (
    Found,
    all_of_those,
    find_targets,
    focus_of,
    from_context,
    points_back,
)
from hexaops.assistant.understanding.terse import read_terse
from hexaops.assistant.understanding.unexplained import OF_PARTS, Request, unexplained
from hexaops.assistant.understanding.verbs import WEAK
from hexaops.assistant.understanding.wishes import asks_politely_for, read_wish

AGREED = 0.1
"""The ranker agrees with a complete frame from here on: the frame says which change, the ranker only that it is one."""
LIKELY = 0.15
SURE_OF_ABOUT = 0.8
PREFERRED = 0.4
"""The ranker's other intent is taken from here on where the frame is incomplete."""
_KEEPS_FRAME = frozenset({Intent.CANCEL_ACTION, Intent.ROLLBACK_ACTION, Intent.RESTART_FAILING})
_UNDOES = frozenset({Intent.CANCEL_ACTION, Intent.ROLLBACK_ACTION})
_LIKE_VERB = {"restart": ("restart_failing", "restart_app"), "scale": ("scale_app",), "assign": ("scale_app",)}
_LIKE_A_CHANGE = frozenset(LABEL_OF[intent] for intent in CHANGE_INTENTS)


class Reading(Struct, frozen=True):
    """What one clause says."""

    clause: Clause
    mode: Mode
    intent: Intent
    confidence: float
    ranking: Ranking
    found: Found = field(default_factory=Found)
    parameters: Parameters = field(default_factory=Parameters)
    about: Intent | None = None
    verb: str = ""
    left: tuple[str, ...] = ()
    """Words and numbers of a request that nothing explains."""
    numbers: tuple[RoledNumber, ...] = ()
    is_statement: bool = False
    is_wish: bool = False
    """A request without a verb of change."""
    carries_on: bool = True
    """A change joined softly to this clause may be a request."""


def read_clause(clause: Clause, setting: Setting) -> Reading:
    """The reading of one clause."""
    items = without_asides(_without_contrast(clause.items))
    clause = replace(clause, items=with_pointer(items, len(setting.before)))
    if needed := _needed_too(clause, setting):
        return needed
    act = read_act(clause, setting.previous_mode) or _same_verb(clause, setting)
    if (held := holds_off(clause)) is not None and (act is None or act.mode is not Mode.NEGATED):
        act = Act(Mode.NEGATED, act.verb if act is not None else "stop", held)
    after_change = setting.dialogue.last_intent in {intent.value for intent in (*CHANGE_INTENTS, Intent.ACTION_STATUS)}
    if act is not None and act.mode is Mode.NEGATED and clause.words[:2] == ("if", "not"):
        act = replace(act, mode=Mode.CONDITIONAL)  # "is it ok? if not, restart it"
    tags = clause_tags(clause, after_change=after_change)
    ranking = rank(clause.items, label_before(setting.dialogue))
    wish = None if _is_coloured(clause, setting.previous_mode) else read_wish(clause) or _asks_for(clause, setting)
    if wish is not None and (act is None or act.mode not in (Mode.REQUEST, Mode.NEGATED, Mode.REPORTED)):
        asked = read_request(clause, wish, tags, ranking, setting)
        act = act if asked.left or asked.mode is not Mode.REQUEST else wish
    if act is None or act.mode in _MAY_BE_TERSE:
        spoken = len(setting.before) == 1 and not setting.vague
        act = read_terse(clause, ranking, setting.previous_mode, pressed=setting.pressed, spoken=spoken) or act
    if act is None:
        act = read_indirect(clause, ranking, setting.previous_mode)
    elif setting.pressed and act.mode in _MAY_BE_PRESSED and not _is_open(clause):
        act = replace(act, mode=Mode.REQUEST)
    elif is_pressed(clause, act, ranking, setting.previous_mode):
        heals = ranking.best == "restart_failing" and "diagnose" in clause.items[0].tags
        pressed = replace(act, mode=Mode.REQUEST, opens=1 if heals else act.opens)
        asked = read_request(clause, pressed, tags, ranking, setting)
        act = act if asked.left or asked.mode is not Mode.REQUEST else pressed
    if act is not None and act.mode is Mode.REQUEST:
        reading = read_request(clause, act, tags, ranking, setting)
    elif act is not None:
        reading = _read_talk_of_change(clause, act, tags, ranking, setting)
    else:
        reading = _read_question(clause, tags, ranking, setting)
    reading = _with_talk(_with_borrowed(reading, setting), tags)
    declared = not (tags & {"?", "wh"}) and not any(tag.endswith("_lead") for tag in tags)
    said = sum(len(item.word.split()) for item in clause.items if not item.is_mark)
    leads = reading.mode is not Mode.READ or carries_on(clause, tags)
    return replace(
        reading,
        numbers=reading.numbers or read_numbers(clause.items),
        is_statement=reading.mode is not Mode.REQUEST and declared and said > 2 and has_finite_verb(clause),
        carries_on=leads,
    )


_WISHED = word_set("need needs want wants like love have give get")
_OPEN_QUESTION = frozenset({Mode.HYPOTHETICAL, Mode.PAST})
_MAY_BE_TERSE = frozenset({Mode.STATEMENT, Mode.ADVICE, Mode.HYPOTHETICAL})
_MAY_BE_PRESSED = _MAY_BE_TERSE | {Mode.REPORTED}


def _without_contrast(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """ "3 replicas, not 1": without the count that is ruled out."""
    for place, item in enumerate(items[:-1]):
        if item.word != "not" or not items[place + 1].number:
            continue
        if any(other.number and not other.mention for other in items[:place]):
            rest = items[place + 2 :]
            if all(other.is_mark or other.tags & {"replicas_word", "polite", "more", "now"} for other in rest):
                return items[:place] + tuple(other for other in rest if "polite" in other.tags)
    return items


def _is_open(clause: Clause) -> bool:
    """ "should A be restarted?", a quotation; not "how about 4 pods?"."""
    asks = clause.is_question and clause.words[:2] != ("how", "about")
    return asks or any(item.quoted for item in clause.items)


def _asks_for(clause: Clause, setting: Setting) -> Act | None:
    return asks_politely_for(clause, explained=setting.explained)


def _is_coloured(clause: Clause, previous: Mode | None) -> bool:
    """Joined to a question, a condition, a report…, whose mode it has, too."""
    return previous in INHERITED and clause.join in ("soft", "colon")


def _with_borrowed(reading: Reading, setting: Setting) -> Reading:
    """What is undone, or cannot be planned yet, is about what was spoken of, too."""
    if reading.intent is Intent.RESTART_APPLICATION and those_pods(reading.clause.items, reading.found, setting):
        failing = replace(reading.parameters, status_filter="failing")
        reading = replace(reading, intent=Intent.RESTART_FAILING, parameters=failing)
    if reading.mode is Mode.REQUEST and reading.intent in (Intent.RESTART_APPLICATION, Intent.RESTART_FAILING):
        intent, found, said = that_fail(
            reading.intent, reading.clause.items, reading.found, reading.parameters, setting
        )
        return replace(reading, intent=intent, found=found, parameters=said)
    takes = reading.intent in LATER_INTENTS or reading.intent in _UNDOES
    changes = reading.intent in LATER_CHANGES
    if not takes or not borrows(reading.clause, reading.found, setting.dialogue, changes=changes):
        return reading
    change = setting.dialogue.change
    if reading.intent in _UNDOES and change is not None and not setting.before:
        own = [setting.index.by_id[identity] for identity in change.targets if identity in setting.index.by_id]
        undone = tuple(Resolved(entity, entity.name, 0.9, "dialogue") for entity in own)
        return replace(reading, found=replace(reading.found, targets=undone))
    found = from_context("them", spoken_of(reading.clause.items, setting), mention="")
    return replace(reading, found=replace(reading.found, targets=found.targets))


def _same_verb(clause: Clause, setting: Setting) -> Act | None:
    """ "scale A to 4 and B to 2": the second clause has its verb from the first."""
    counted = clause.items[0].mention is not None and any(item.number for item in clause.items[:3])
    counted = counted and not any("aux" in item.tags or item.word in ("has", "had", "runs") for item in clause.items)
    if setting.previous_mode is Mode.REQUEST and setting.previous_verb and clause.join == "soft" and counted:
        return Act(Mode.REQUEST, setting.previous_verb, -1)
    return None


def _needed_too(clause: Clause, setting: Setting) -> Reading | None:
    """ "restart redis, and grafana needs it too": the same, or redis? That is asked."""
    said = [item for item in clause.items if not item.is_mark and item.word not in ("and", "oh", "also")]
    words = [item.word for item in said]
    needs = words[1:2] in (["needs"], ["need"], ["wants"]) and words[2:3] in (["it"], ["one"], ["that"], ["the"])
    if setting.previous_mode is not Mode.REQUEST or not (setting.previous_verb and needs and said[0].mention):
        return None
    found = find_targets(clause.items, setting.index, for_change=True)
    intent, left = intent_of_verb(setting.previous_verb), tuple(item.text for item in said[1:])
    ranking = rank(clause.items, label_before(setting.dialogue))
    return Reading(clause, Mode.REQUEST, intent, 0.6, ranking, found, verb=setting.previous_verb, left=left)


def _within(clause: Clause, setting: Setting) -> str | None:
    return setting.namespace if clause.join == "soft" else None


def _begins_with_if(clause: Clause) -> bool:
    """ "if not, cancel it"."""
    return clause.words[:1] == ("if",) and len(clause.words) > 2


def _with_talk(reading: Reading, tags: set[str]) -> Reading:
    """The reading, or the greeting, thanks, yes or no that the whole clause is."""
    if reading.mode is Mode.REQUEST or _begins_with_if(reading.clause):
        return reading
    talk = score_talk(reading.clause, tags)
    if not talk:
        return reading
    intent = max(talk, key=lambda one: talk[one])
    if talk[intent] < 0.6 and reading.ranking.best != "talk":
        return reading
    return replace(reading, intent=intent, confidence=max(talk[intent], reading.ranking.of("talk")), about=None)


def read_request(clause: Clause, act: Act, tags: set[str], ranking: Ranking, setting: Setting) -> Reading:
    """What a clause asks for whose act is a request."""
    items, reason = read_reason(clause.items)
    if act.at >= len(items):  # the verb stands behind what reads like a reason
        items, reason = clause.items, None
    if all_of_those(items):
        tags = tags - {"everything"}
    found = find_targets(items, setting.index, for_change=True, start=act.at + 1, within=_within(clause, setting))
    frame = read_frame(items, act.verb, act.at, opens=act.opens)
    intent = intent_of_request(items, act, tags, ranking, found, setting)
    if intent is Intent.SCALE_APPLICATION and frame.parameters.replicas == 0:
        intent = Intent.STOP_APPLICATION
    intent, other = _other_change(frame, intent, ranking), INTENT_OF[ranking.best]
    other = intent if intent in _UNDOES and of_a_change(items, setting) else other
    meant_targets = found.targets or (setting.before if points_back(items) else ())
    of_application = {target.entity.kind for target in meant_targets} == {"application"}
    meant = _meant_instead(frame, intent, other, ranking, of_application=of_application)
    meant = meant or _topic(items, act, intent, setting)
    if meant is not None:
        found = replace(found, unknown=()) if found.targets else found
        return Reading(clause, Mode.READ, meant, ranking.probability, ranking, found, read_filters(clause, tags, found))
    parameters = replace(frame.parameters, reason=reason, namespace=found.namespace, everything="everything" in tags)
    if intent is Intent.RESTART_FAILING:
        state = status_filter(clause, tags)
        parameters = replace(parameters, status_filter="failing" if state in (None, "running", "healthy") else state)
    if intent not in _KEEPS_FRAME or (intent is Intent.RESTART_FAILING and setting.before):
        found = _completed(items, act, found, parameters, setting)
    left = () if intent in _UNDOES else frame.left
    if left and not found.targets and found.unknown:
        named = {word for unknown in found.unknown for word in unknown.mention.split()}
        left = tuple(word for word in left if word not in named)
    elif left and intent in CHANGE_INTENTS:
        found = replace(found, unknown=(), targets=tuple(t for t in found.targets if t.mention not in left))
    if intent is Intent.STOP_APPLICATION and _may_stop_another(found, setting):
        left = (*left, *(target.mention or act.verb for target in found.targets[:1]))
    left = (*left, *unexplained(Request(items, clause.items, act.verb, act.at, intent, found, setting)))
    agreed = max(ranking.of(label) for label in (LABEL_OF[intent], *_LIKE_VERB.get(act.verb, ())))
    sure = 0.97 if not left and agreed >= AGREED else max(0.3, min(0.6, agreed))
    if not left and agreed < AGREED and intent not in _UNDOES and not _is_plain(items, act):
        left = tuple(item.text for item in items[max(0, act.at) : act.at + 1])
    return Reading(
        clause, Mode.REQUEST, intent, sure, ranking, found, parameters,
        verb=act.verb, left=left, numbers=frame.numbers, is_wish=act.at < 0 or items[act.at].word in _WISHED,
    )  # fmt: skip


def _may_stop_another(found: Found, setting: Setting) -> bool:
    """ "kill that one" after talk of pods, "stop it" after a restart was asked for: not plainly the application."""
    pointed_at = [target.entity.id for target in found.targets if target.source == "dialogue"]
    if not pointed_at or any(target.source in ("name", "loose") for target in setting.before):
        return False
    if setting.previous_mode is Mode.NEGATED:  # "don't delete it. only stop it"
        return False
    change = setting.dialogue.change
    changed = change is not None and set(pointed_at) & set(change.targets) and change.intent != Intent.START_APPLICATION
    return bool(changed) or setting.dialogue.last_intent in {intent.value for intent in OF_PARTS}


def _is_plain(items: tuple[Item, ...], act: Act) -> bool:
    """ "restart A": verb and object, too short for the ranker to tell."""
    return act.at >= 0 and sum(1 for item in items if not item.is_mark) <= 4


def _meant_instead(
    frame: Frame, intent: Intent, other: Intent, ranking: Ranking, *, of_application: bool
) -> Intent | None:
    """What the words are like, where they are no wholly understood request for the change of their verb.

    Another change that is not planned by its verb ("put image nginx:1.27 on web-app") is meant even by a whole frame.
    """
    if other is intent or ranking.best in _LIKE_A_CHANGE or ranking.best == "talk":
        return None
    if other is Intent.NODE_MAINTENANCE and frame.is_complete and of_application:
        return None  # "cache-service has gone mad. reboot it."
    if frame.is_complete:
        return other if other in LATER_CHANGES and ranking.probability >= LIKED else None
    return other if ranking.probability >= PREFERRED else None


_OWN_NUMBERS = frozenset(
    {*LATER_CHANGES, Intent.ALERT_CREATE, Intent.ALERT_ACKNOWLEDGE, Intent.OPTIMIZATION, Intent.DASHBOARD_CREATE}
    | {Intent.LOG_QUERY, Intent.EVENT_QUERY, Intent.COST_ANALYSIS, Intent.COST_BREAKDOWN, Intent.FORECAST_QUERY}
)
"""After talk of these a bare number is one of theirs: "notify me over 300 ms", then "make it 500"."""


def _topic(items: tuple[Item, ...], act: Act, intent: Intent, setting: Setting) -> Intent | None:
    """ "the autoscaler is at its maximum, make it 10": a number belongs to what the message, or the last, is about."""
    whole, last = setting.whole, label_before(setting.dialogue)
    bare = not any(item.mention or "replica" in item.tags for item in items)
    if bare and intent is Intent.SCALE_APPLICATION and act.verb in WEAK and last and INTENT_OF[last] in _OWN_NUMBERS:
        return INTENT_OF[last]
    if whole is None or intent is not Intent.SCALE_APPLICATION or act.verb not in (*WEAK, "double", "halve"):
        return None
    topic, counted = INTENT_OF[whole.best], any("replica" in item.tags for item in items)
    named = any(item.mention for item in items) and (act.verb in ("double", "halve") or topic is Intent.UPDATE_QUOTA)
    return topic if topic in LATER_CHANGES and whole.probability >= LIKED and not (counted or named) else None


def _other_change(frame: Frame, intent: Intent, ranking: Ranking) -> Intent:
    """The change that the words are like, where the verb's own is not wholly understood: what is asked about."""
    other = INTENT_OF[ranking.best]
    if other not in CHANGE_INTENTS or ranking.probability < LIKED:
        return intent
    if intent in _UNDOES or intent is Intent.ROLLBACK_APPLICATION:
        return intent
    return other if frame.left or other in _UNDOES else intent


def _completed(items: tuple[Item, ...], act: Act, found: Found, parameters: Parameters, setting: Setting) -> Found:
    """Targets from pronouns, the dialogue, the focus, or because there is only one application."""
    found = _of_those_spoken_of(found, items, setting)
    if found.targets or found.ambiguous or found.unknown or parameters.everything:
        return found
    if known := in_order(items, setting):
        return replace(found, targets=known)
    pointer = points_back(items[act.at + 1 :]) or _subject_pronoun(items[: act.opens]) or _made(items, act.at)
    context = tuple(one for one in spoken_of(items, setting) if one.kind != "node")  # no node is restarted or scaled
    if (
        pointer
        and len(context) > 2
        and not setting.before
        and not {one.id for one in context} <= {*setting.dialogue.last_entities}
    ):
        pointer = "it"  # of which of them all is asked
    if pointer:
        if setting.vague and setting.before:
            candidates = tuple(Candidate(entity, 0.5) for entity in context[:5])
            return replace(found, ambiguous=(Ambiguity(pointer, candidates),))
        pointed = from_context(pointer, context, mention=pointer)
        if pointed.targets or pointed.ambiguous:
            return replace(found, targets=pointed.targets, ambiguous=pointed.ambiguous)
    elif len(context) == 1 and act.verb != "stop":
        return replace(found, targets=(Resolved(context[0], "", 0.8, "dialogue"),))
    focus = focus_of(setting.dialogue, setting.index)
    if len(focus) == 1:
        return replace(found, targets=(Resolved(focus[0], pointer or "", 0.8, "focus"),))
    return found


def _of_those_spoken_of(found: Found, items: tuple[Item, ...], setting: Setting) -> Found:
    """ "bounce the gateway" after talk of `ingest-gateway`: the one whose name has the word."""
    if setting.before or found.targets or len(found.ambiguous) != 1:
        return found
    candidates = found.ambiguous[0].candidates
    context = {one.id for one in spoken_of(items, setting) if one.kind == "application"}
    meant = [candidate.entity for candidate in candidates if candidate.entity.id in context]
    if len(meant) != 1 or any(candidate.score >= 1 for candidate in candidates):
        return found
    return replace(found, targets=(Resolved(meant[0], found.ambiguous[0].mention, 0.9, "dialogue"),), ambiguous=())


def _made(items: tuple[Item, ...], at: int) -> str | None:
    """The pronoun of "make it stop"."""
    led = at >= 2 and items[at - 2].word in ("make", "let", "have", "get")
    return items[at - 1].word if led and items[at - 1].word in ("it", "them") else None


def _read_talk_of_change(clause: Clause, act: Act, tags: set[str], ranking: Ranking, setting: Setting) -> Reading:
    """A change is spoken of; unless it is forbidden, it may be only a word of a question about something else."""
    about = intent_of_verb(act.verb)
    found = find_targets(clause.items, setting.index, for_change=False)
    found = pointed_at(clause.items, found, setting)
    parameters = read_filters(clause, tags, found)
    if act.mode in _OPEN_QUESTION and (asked := going_on(clause, act.at)) is not None:
        return Reading(clause, act.mode, asked, max(0.8, ranking.probability), ranking, found, parameters)
    best, sure = INTENT_OF[ranking.best], ranking.probability
    kept = act.mode is Mode.NEGATED and act.verb in ("cancel", "undo")
    if sure >= SURE_OF_ABOUT and ranking.best == "undo_change" and not kept:
        return Reading(clause, act.mode, Intent.ROLLBACK_ACTION, sure, ranking, found, parameters)
    if act.mode is not Mode.NEGATED and sure >= SURE_OF_ABOUT and ranking.best in _LIKE_A_CHANGE:
        about = best
    fails = sure >= PREFERRED and ranking.best not in _LIKE_A_CHANGE and ranking.best not in ("talk", "oos")
    if act.mode is Mode.NEGATED and not (fails and _is_told_of(clause, act)):
        return Reading(clause, act.mode, Intent.NO_ACTION, 0.95, ranking, found, parameters, about)
    least = SURE_OF_ABOUT if ranking.best in ("help", "workspace_guide") else 0.35
    if ranking.best not in _LIKE_A_CHANGE and ranking.best != "talk" and sure >= least:
        return Reading(clause, act.mode, best, sure, ranking, found, parameters)
    if act.mode is Mode.PAST and "?" in tags:
        return Reading(clause, act.mode, Intent.CHANGE_HISTORY, 0.8, ranking, found, parameters, about)
    if about is Intent.SCALE_APPLICATION:
        parameters = replace(read_frame(clause.items, act.verb, act.at).parameters, namespace=found.namespace)
    return Reading(clause, act.mode, Intent.ACTION_QUESTION, 0.9, ranking, found, parameters, about)


def _is_told_of(clause: Clause, act: Act) -> bool:
    """ "postgres not starting", "web-app does not start": what the application does, not what must not be done."""
    words = [item for item in clause.items if not item.is_mark]
    return words[0].mention is not None and "past" not in clause.items[act.at].forms


def _subject_pronoun(opening: tuple[Item, ...]) -> str | None:
    """ "it needs a restart", "could it be stopped": what is spoken of is the subject of the wish."""
    words = [item.word for item in opening if not item.is_mark]
    place = 1 if words[:1] and words[0] in ("could", "can", "may", "so") else 0
    return next((word for word in words[place : place + 1] if word in ("it", "they", "both")), None)


def _read_question(clause: Clause, tags: set[str], ranking: Ranking, setting: Setting) -> Reading:
    found = find_targets(clause.items, setting.index, for_change=False, within=_within(clause, setting))
    found = pointed_at(clause.items, found, setting)
    intent, sure = INTENT_OF[ranking.best], ranking.probability
    follows = borrows(clause, found, setting.dialogue)
    if follows:
        context = spoken_of(clause.items, setting)
        found = replace(found, targets=from_context("them", context, mention="").targets)
        found = found if found.targets else replace(found, namespace=place_before(setting.dialogue))
    elif points_at_a_place(clause.items) and not (found.targets or found.ambiguous or found.namespace):
        nodes = tuple(one for one in spoken_of(clause.items, setting) if one.kind == "node")
        place = place_before(setting.dialogue)
        found = replace(found, namespace=place) if place else replace(found, targets=_as_spoken_of(nodes))
    if intent is Intent.CONNECTIVITY and len(found.targets) == 1:
        found = replace(found, targets=(*begun_by(clause.items, setting), *found.targets))
    if intent is Intent.CONNECTIVITY:
        found = replace(found, targets=_from_near_to_far(clause.items, found.targets))
    if intent is Intent.NODE_STATUS:  # "does that fit on the nodes"
        found = replace(found, targets=tuple(t for t in found.targets if t.source == "name" or t.entity.kind == "node"))
    mode, about = mode_of_fragment(clause), None
    if any(t.source == "name" for t in found.targets) and all(
        item.mention or _says_nothing(item) for item in clause.items
    ):
        intent, sure = Intent.STATUS_QUERY, 0.6
    if intent in CHANGE_INTENTS and intent not in _UNDOES:
        intent, about, sure = _unasked(intent, ranking)
    return Reading(clause, mode, intent, sure, ranking, found, read_filters(clause, tags, found), about)


def _as_spoken_of(known: tuple[KnownEntity, ...]) -> tuple[Resolved, ...]:
    return from_context("them", known, mention="there").targets


def _from_near_to_far(items: tuple[Item, ...], targets: tuple[Resolved, ...]) -> tuple[Resolved, ...]:
    """ "is redis reachable from cart": cart is the near end."""
    places = [place for place, item in enumerate(items) if item.mention]
    begun = len(places) == 2 and any(item.word == "from" for item in items[places[0] : places[1]])
    return targets[::-1] if begun and len(targets) == 2 else targets


def _says_nothing(item: Item) -> bool:
    return item.is_mark or item.word in ("the", "my", "our", "and") or bool(item.tags & {"polite", "greet", "app"})


def _unasked(change: Intent, ranking: Ranking) -> tuple[Intent, Intent | None, float]:
    """Words like those of a change that nobody asks for: the next reading that fits, else an offer of the change."""
    others = [(label, chance) for label, chance in ranking.scores if label not in _LIKE_A_CHANGE]
    label, chance = others[0]
    if chance >= LIKELY and chance >= ranking.probability / 3:
        return INTENT_OF[label], None, chance
    return Intent.ACTION_QUESTION, change, ranking.probability
