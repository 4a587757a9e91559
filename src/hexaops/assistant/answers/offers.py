"""A change that a message may ask for: named with its values and planned after a yes, dropped after a no."""

from __future__ import annotations

from collections.abc import Sequence

from hexaops.assistant.answers.draft import Draft, Suggestion
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, listing, plural
from hexaops.assistant.answers.possible import actions_for
from hexaops.assistant.understanding.conversation import question_of_offer
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Parameters, Understanding
from hexaops.kit.text import markdown, plain

_VERBS: dict[Intent, str] = {
    Intent.RESTART_APPLICATION: "restart",
    Intent.START_APPLICATION: "start",
    Intent.STOP_APPLICATION: "stop",
}
_FACTORS = {2.0: "double", 3.0: "triple", 0.5: "halve"}


def ask_to_confirm(offer: Understanding, facts: Facts, draft: Draft) -> bool:
    """Ask whether this change is meant; False, with nothing said, where it cannot be planned here."""
    wanted = {found.entity.id for found in offer.targets}
    known = [one for one in facts.applications or () if not wanted or one.id in wanted]
    action = Intent.RESTART_APPLICATION if offer.intent is Intent.RESTART_FAILING else offer.intent
    if len(known) < len(wanted) or action.value not in actions_for(known, facts):
        return False
    if not wanted and offer.intent is not Intent.RESTART_FAILING:
        return False
    names = [found.entity.name for found in offer.targets]
    words = change_in_words(offer.intent, offer.parameters, _listed([markdown(name, NAME_LIMIT) for name in names]))
    draft.fulfilled = False
    draft.say(f"Shall I {words}? Nothing has been changed; after a yes I show the plan.")
    said = change_in_words(offer.intent, offer.parameters, _listed([plain(name, NAME_LIMIT) for name in names]))
    draft.suggest(Suggestion(action.value, f"Plan to {said}", said))
    draft.shown += [found.entity.id for found in offer.targets]
    draft.pending = question_of_offer(offer)
    return True


def _listed(names: Sequence[str]) -> str:
    return listing(names, limit=len(names)) if names else ""


def change_in_words(intent: Intent, values: Parameters, names: str) -> str:
    """ "scale cart to 5 replicas", "restart web-app and api-service"."""
    if intent is Intent.RESTART_FAILING:
        return f"restart the failing pods of {names}" if names else "restart what is failing"
    if intent is not Intent.SCALE_APPLICATION:
        return f"{_VERBS.get(intent, 'change')} {names}"
    if values.replicas is not None:
        return f"scale {names} to {plural(values.replicas, 'replica')}"
    if (step := values.replicas_delta) is not None:
        count = plural(abs(step), "replica")
        return f"add {count} to {names}" if step > 0 else f"remove {count} from {names}"
    factor = values.replicas_factor or 1.0
    return f"{_FACTORS[factor]} the replicas of {names}" if factor in _FACTORS else f"scale {names} by {factor:g}"
