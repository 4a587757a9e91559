"""Which change a request is: its verb says it, its object and the words around it may say another one."""

from __future__ import annotations

from hexaops.assistant.understanding.changes import intent_of_verb
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.lexicon import KEEPS_FAILING
from hexaops.assistant.understanding.ranker import Ranking
from hexaops.assistant.understanding.setting import Setting, of_a_change
from hexaops.assistant.understanding.speech import Act
from hexaops.assistant.understanding.targets import Found

LIKED = 0.6
"""From here on the words are like a change, whatever their verb."""
SURE_OF_FAILING = 0.9


def intent_of_request(
    items: tuple[Item, ...], act: Act, tags: set[str], ranking: Ranking, found: Found, setting: Setting
) -> Intent:
    whole = setting.whole
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
    if act.verb == "undo" and items[act.at].lemma in ("bring", "turn", "switch", "put") and _was_stopped(setting):
        return Intent.START_APPLICATION
    if act.verb == "undo" and not has_app and of_a_change(items, setting):
        return intent
    if act.verb == "undo":
        earlier = ranking.best == "rollback_app" and (has_app or ranking.probability >= LIKED)
        of_version = whole is not None and whole.of("rollback_app") >= LIKED and bool(setting.before)
        of_version = of_version or (setting.previous_best == "rollback_app" and bool(setting.before))
        deployed = setting.dialogue.last_intent == Intent.CHANGE_HISTORY and "pronoun" in rest_tags
        earlier = earlier or ((of_version or deployed) and setting.dialogue.change is None)
        return Intent.ROLLBACK_APPLICATION if earlier else intent
    if ("node" in kinds or "node" in rest_tags) and not has_app:
        return Intent.NODE_MAINTENANCE
    fails = ranking.best == "restart_failing" and (not has_app or ranking.probability >= LIKED)
    if whole is not None and "pronoun" in rest_tags and not has_app:
        nothing_before = not (setting.before or setting.dialogue.last_entities)
        fails = whole.of("restart_failing") >= (LIKED if nothing_before else SURE_OF_FAILING)
        fails = fails and (nothing_before or bool(setting.before))
    elif "pronoun" in rest_tags and not has_app:
        fails = False
    if "pronoun" in rest_tags and (setting.previous_mode is None or _are_those_changed(items, setting)):
        fails = False  # "restart that one again"; "stop A", "stop B", "no, restart them all"
    fails = fails and _says_which_fail(rest)
    restarts = intent is Intent.RESTART_APPLICATION or (act.verb in ("start", "undo") and ranking.probability >= LIKED)
    if (restarts and fails) or (
        intent is Intent.RESTART_APPLICATION and _selects_by_state(rest if act.opens <= 0 else items, has_app=has_app)
    ):
        return Intent.RESTART_FAILING
    return intent


def _are_those_changed(items: tuple[Item, ...], setting: Setting) -> bool:
    """Whether "them" are those of a change that was spoken of last, and no word tells of a state."""
    last = setting.dialogue.last_intent
    told = any(item.tags & _STATES or item.word in KEEPS_FAILING for item in items)
    changed = last in (Intent.STOP_APPLICATION.value, Intent.START_APPLICATION.value, Intent.SCALE_APPLICATION.value)
    return changed and not told


def _says_which_fail(rest: tuple[Item, ...]) -> bool:
    """A state, or "the ones", "whatever": a bare "restart" selects nothing by its state."""
    return any(
        item.mention
        or item.tags & {*_STATES, "everything", "whole", "pod", "app", "pronoun", "unhealthy", "slow"}
        or item.word in ("ones", "those", "patients", "whichever", "dead", "sick", "bad", "red")
        for item in rest
    )


def _was_stopped(setting: Setting) -> bool:
    """ "bring it back" after a stop."""
    change = setting.dialogue.change
    return change is not None and change.intent == Intent.STOP_APPLICATION.value


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


_STATES = frozenset({"failing", "unhealthy", "pending", "not_ready", "fail"})


def _selects_by_state(rest: tuple[Item, ...], *, has_app: bool) -> bool:
    """ "the failing pods", "everything that is down"; not "the failing web-app"."""
    for position, item in enumerate(rest):
        if item.tags & _STATES or item.word in KEEPS_FAILING:
            nouns = [
                other
                for other in rest
                if (other.tags & {"pod", "app", "everything", "whole"} or other.word == "ones") and not other.mention
            ]
            after = rest[position + 1] if position + 1 < len(rest) else None
            return bool(nouns) and not (after is not None and after.mention) and (not has_app or "pod" in nouns[0].tags)
    return False
