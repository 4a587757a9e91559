"""From a message to what it means: the one entry. Pure: no I/O, no clock, no model, the same answer every time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

from msgspec.structs import replace

from hexaops.assistant.understanding.acts import VERB_OF
from hexaops.assistant.understanding.afterthoughts import leaves_out, limit_after, takes_back
from hexaops.assistant.understanding.agreement import (
    LOOKING,
    OFFERS,
    Verdict,
    asks,
    is_open_to_change,
    judge_heard,
    judge_plan,
)
from hexaops.assistant.understanding.asked import Frame, explains_all, how_surely, is_plain, is_surely_asked
from hexaops.assistant.understanding.clauses import CLAUSES_LIMIT, Clause, split_clauses
from hexaops.assistant.understanding.commands import in_words
from hexaops.assistant.understanding.continuing import carried_beside, carried_on
from hexaops.assistant.understanding.courtesies import without_courtesies, without_topic
from hexaops.assistant.understanding.dialogue import answer_pending
from hexaops.assistant.understanding.encoder import hear
from hexaops.assistant.understanding.evidence import Proposal, forbidden, judged_frame, read_evident
from hexaops.assistant.understanding.foreign import read_foreign
from hexaops.assistant.understanding.gaps import Message, has_gaps
from hexaops.assistant.understanding.gist import proposed
from hexaops.assistant.understanding.hearing import change_heard, is_named_like_a_word
from hexaops.assistant.understanding.holding import backs_up_another, doubts_one, tells_of_a_text, tells_why
from hexaops.assistant.understanding.intents import CHANGE_INTENTS, LATER_INTENTS, Intent, Mode
from hexaops.assistant.understanding.inventory import Inventory, NameIndex
from hexaops.assistant.understanding.items import Item, read_items
from hexaops.assistant.understanding.labels import INTENT_OF
from hexaops.assistant.understanding.model import Dialogue, Parameters, Understanding
from hexaops.assistant.understanding.narrowing import narrowed
from hexaops.assistant.understanding.normalise import clean, other_script_share, tokenize
from hexaops.assistant.understanding.offering import named_beside, offered, withheld
from hexaops.assistant.understanding.parts import Part, keep, left_out
from hexaops.assistant.understanding.questions import with_plain_question
from hexaops.assistant.understanding.ranker import Ranking, rank
from hexaops.assistant.understanding.reactions import only_reacts, without_reactions
from hexaops.assistant.understanding.reading import Reading, read_clause
from hexaops.assistant.understanding.refusals import must_refuse
from hexaops.assistant.understanding.setting import Setting, label_before, last_frame, tells_of_failing_pods
from hexaops.assistant.understanding.setting_gist import is_of_one_setting, setting_by_gist
from hexaops.assistant.understanding.settings import with_settings
from hexaops.assistant.understanding.shape import asks_for_projects, missing_of, resource_and_scope
from hexaops.assistant.understanding.speech import says_go
from hexaops.assistant.understanding.splitting import begins_clause, is_purpose, split_further
from hexaops.assistant.understanding.spoken_of import limited, not_now, taken_back
from hexaops.assistant.understanding.substituting import substituted
from hexaops.assistant.understanding.summaries import asks_for_summary
from hexaops.assistant.understanding.targets import find_targets
from hexaops.assistant.understanding.unexplained import told_of_else
from hexaops.assistant.understanding.unnamed import with_unknown_name
from hexaops.assistant.understanding.withheld import is_no_request

_TALK = frozenset({Intent.GREETING, Intent.THANKS, Intent.GOODBYE, Intent.CONFIRM, Intent.DENY, Intent.HELP})
LEAST = 0.2
"""Below this the intent is not named: the answer asks "did you mean"."""
_OTHER_SCRIPT_LEAST = 0.2
_ENGLISH_LEAST = 0.34
_LIKE_ENGLISH = 0.6


def understand(message: str, inventory: Inventory, dialogue: Dialogue | None = None) -> Understanding:
    """Intent, entities, values and confidence of a message; never raises on any text."""
    text, truncated = clean(message)
    text, turns_away = without_topic(without_courtesies(text))
    text = in_words(narrowed(text))
    items = read_items(tokenize(text), inventory.index)
    dialogue = dialogue or Dialogue()
    if turns_away:  # nothing said before is meant by "it"
        dialogue = Dialogue(focus_applications=dialogue.focus_applications)
    if asks_for_summary(text):
        return _shaped(Understanding(Intent.STATUS_QUERY, 0.95))
    items = without_reactions(items, dialogue)
    read = _Read(tuple(items), inventory.index, dialogue)
    settled = _settled(text, read, inventory, truncated=truncated)
    if settled is not None:
        return _checked(settled, text, read)
    found = _checked(_by_grammar(read, inventory, truncated=truncated), text, read)
    if not truncated and (told := _told_beside(found, read)) is not None:
        return told
    return found if truncated else _with_change_heard(found, text, read)


def _told_beside(found: Understanding, read: _Read) -> Understanding | None:
    """What the message carries on, where the rest of it only tells why."""
    if any(part.wants_plan for part in found.parts or (found,)):
        return None
    meant = carried_beside(read.items, read.dialogue, read.index)
    if meant is None:
        return None
    return offered(_shaped(meant)) if meant.wants_plan else _shaped(meant)


def _checked(found: Understanding, text: str, read: _Read) -> Understanding:
    """What was understood, its plans held back where something else in the message speaks against them."""
    parts = found.parts or (found,)
    if not any(part.wants_plan for part in parts):
        return with_plain_question(text, found, read.index, read.dialogue)
    clauses = split_clauses([*read.items])
    loose = any(part.wants_plan and any(one.source == "loose" for one in part.targets) for part in parts)
    if loose or is_no_request(text, clauses) or has_gaps(Message([*read.items], clauses, parts, read.dialogue)):
        return withheld(found)
    if not any(part.is_planned for part in parts):
        return found
    return found if _asks_surely(text, read) else offered(found)


def _with_change_heard(found: Understanding, text: str, read: _Read) -> Understanding:
    """What the grammar makes of the message and what the encoder hears in it, together (`agreement`)."""
    if not read.may_be_heard or not is_open_to_change(found):
        return found
    planned = any(part.is_planned for part in found.parts or (found,))
    if planned and (read.dialogue.spoken is not None or read.is_short_and_plain):
        return found
    heard = hear(read.items)
    change = change_heard(read.items, heard, read.setting) if heard.margin >= OFFERS else None
    if change is not None:
        change = _shaped(replace(change, corrections=_corrections(Clause(read.items))))
    if planned:
        verdict = judge_plan(found, change, heard, read.items, math.inf if read.is_clear else how_surely(read.judged))
    else:
        against, score = forbidden(read.judged), how_surely(read.judged)
        verdict = judge_heard(found, change, heard, read.items, against, score)
    match verdict:
        case Verdict.PLAN if change is not None and not is_no_request(text, split_clauses([*read.items])):
            return change
        case Verdict.PLAN | Verdict.OFFER:
            return found if change is None else named_beside(found, change)
        case Verdict.HEARD_INSTEAD:
            return replace(withheld(found), offer=change)
        case Verdict.HOLD:
            return offered(found)
        case _:
            return found


HEARD_WORDS, HEARD_FROM = 60, 0.005
"""Words of a message that the encoder listens to, and how likely the ranker must find some change: of 1,353 requests
4 in 1,000 were below. What is longer or less likely is read by the grammar alone."""
SHORT_WORDS = 5
CHANGE_LABELS = frozenset(
    {*VERB_OF, "rollback_app", "undo_change", "update_config", "configure_autoscaling", "update_quota"}
)


def _likeliest_change(ranking: Ranking) -> float:
    """The probability of the change that is most probable."""
    return max((score for label, score in ranking.scores if label in CHANGE_LABELS), default=0.0)


class _Read:
    """What is read of a message, each once, and only where somebody asks for it."""

    def __init__(self, items: tuple[Item, ...], index: NameIndex, dialogue: Dialogue) -> None:
        self.items, self.index, self.dialogue = items, index, dialogue

    @cached_property
    def whole(self) -> Ranking:
        """What the whole message is like."""
        return rank(self.items, label_before(self.dialogue))

    @cached_property
    def parts(self) -> list[Part]:
        """What the grammar finds in each clause."""
        return read_clauses(self.items, self.setting)

    @property
    def setting(self) -> Setting:
        """What the clauses are read in."""
        return Setting(self.index, self.dialogue, whole=self.whole)

    @cached_property
    def proposal(self) -> Proposal | None:
        """The change against which the least stands."""
        return proposed(self.items, self.whole, self.setting, spoken_modes(self.parts))

    @property
    def may_be_heard(self) -> bool:
        """Whether the encoder listens: an application is named, or what fails, and some change is thinkable."""
        if sum(not item.is_mark for item in self.items) > HEARD_WORDS:
            return False
        fresh = self.dialogue.spoken is None
        named = any(item.mention for item in self.items) or (fresh and self.whole.best == "restart_failing")
        clear = not any(is_named_like_a_word(item) or "backup" in item.tags for item in self.items)
        return named and clear and _likeliest_change(self.whole) >= HEARD_FROM

    @property
    def is_short_and_plain(self) -> bool:
        """ "restart web-app please": nothing in it could mean something else."""
        return sum(not item.is_mark for item in self.items) <= SHORT_WORDS and is_plain(self.items)

    @property
    def is_clear(self) -> bool:
        """Whether its words are those of requests, or are all explained; or it says what the change is for."""
        for_something = any(f"{one.word} {two.word}".startswith("so that") for one, two in pairwise(self.items))
        return is_plain(self.items) or explains_all(self.judged) or for_something

    @cached_property
    def judged(self) -> Frame:
        """The frame that the message is judged by."""
        return judged_frame(self.items, self.whole, self.proposal)


def _asks_surely(text: str, read: _Read) -> bool:
    """Whether the words ask for a change; what only carries on a conversation has too few to tell."""
    items, dialogue = read.items, read.dialogue
    if dialogue.change is not None or not any(item.mention for item in items) or is_plain(items):
        return True
    if read_foreign(tokenize(text), read.index) is not None:
        return True
    return explains_all(read.judged) or is_surely_asked(read.judged)


def _settled(text: str, read: _Read, inventory: Inventory, *, truncated: bool) -> Understanding | None:
    """What needs no reading of clauses: nothing said, another language, what is refused, what carries on a talk."""
    items, dialogue = [*read.items], read.dialogue
    if not any(not item.is_mark for item in items):
        return Understanding(Intent.UNCLEAR, 0.0, language="none", truncated=truncated)
    if not truncated and (foreign := read_foreign(tokenize(text), inventory.index)) is not None:
        return _shaped(foreign)
    if must_refuse(items):
        named = find_targets(tuple(items), inventory.index, for_change=False).targets  # "then just its logs"
        return _shaped(Understanding(Intent.OUT_OF_SCOPE, 0.95, targets=named, truncated=truncated))
    if _is_other_language(text, items, read.whole):
        return Understanding(Intent.OUT_OF_SCOPE, 0.9, language="other", truncated=truncated)
    if not truncated and (plain := only_reacts(items, dialogue) or substituted(text, dialogue, inventory.index)):
        return _shaped(plain)
    answer = None if truncated else answer_pending(items, dialogue, inventory.index)
    if answer is not None:
        return _shaped(answer)
    carried = None if truncated else carried_on(split_clauses(items), dialogue, inventory.index)
    return _shaped(carried) if carried is not None else None


def _by_grammar(read: _Read, inventory: Inventory, *, truncated: bool) -> Understanding:
    items, dialogue, whole = [*read.items], read.dialogue, read.whole
    clauses = split_clauses(items)
    clauses = [part for clause in clauses for part in split_further(clause)]
    truncated = truncated or len(clauses) > CLAUSES_LIMIT
    parts = read.parts
    kept = keep(parts, whole)
    understandings = tuple(
        replace(_shaped(part.understanding), corrections=_corrections(part.reading.clause)) for part in kept
    )
    if truncated:
        understandings = tuple(not_now(understanding) for understanding in understandings)
    if len(understandings) == 1 and not truncated:
        understandings = (with_settings(understandings[0], items, clauses, whole, last_frame(dialogue)),)
    if not truncated and is_of_one_setting(understandings) and (found := _set_by_gist(read)) is not None:
        return found
    if not truncated and _is_open(understandings, complains=not _asks_to_look(items)):
        asked, offer = _asked_by_evidence(read)
        if asked is not None:
            return asked
        understandings = _with_offer(understandings, offer)
    first = with_unknown_name(understandings, items, whole, inventory.index)
    first = replace(first, truncated=truncated, left_out=left_out(parts, kept))
    return replace(first, parts=understandings if len(understandings) > 1 else ())


def _asked_by_evidence(read: _Read) -> tuple[Understanding | None, Understanding | None]:
    """What the message asks for though the grammar finds no request in it; else the change to be offered."""
    found = read_evident(read.proposal)
    change = _evident(found.reading) if found is not None else None
    if found is not None and found.is_asked:
        return change, None
    setting = _set_by_gist(read)
    return setting, change if setting is None else None


def _set_by_gist(read: _Read) -> Understanding | None:
    found = setting_by_gist(read.items, read.whole, read.setting, read.judged)
    return _shaped(found) if found is not None else None


_OPEN_MODES = frozenset({Mode.READ, Mode.STATEMENT, Mode.REQUEST, Mode.ADVICE})


def read_clauses(items: Sequence[Item], setting: Setting) -> list[Part]:
    """What the grammar finds in each clause."""
    clauses = [part for clause in split_clauses([*items]) for part in split_further(clause)]
    return _read_parts(clauses[:CLAUSES_LIMIT], setting)


def spoken_modes(parts: list[Part]) -> frozenset[Mode]:
    """The ways in which changes are spoken of that are no request."""
    return frozenset(part.understanding.mode for part in parts) - _OPEN_MODES


def _evident(reading: Reading) -> Understanding:
    return _shaped(replace(_decided(reading), corrections=_corrections(reading.clause)))


def _with_offer(understandings: tuple[Understanding, ...], change: Understanding | None) -> tuple[Understanding, ...]:
    """The change is named where it is whole, and the only thing that the message is about."""
    if change is None or len(understandings) > 1 or not change.would_change:
        return understandings
    return (replace(understandings[0], offer=change),)


_COMPLAINTS = frozenset({Intent.DIAGNOSE, Intent.ROOT_CAUSE, Intent.PERFORMANCE_ANALYSIS, Intent.ANOMALY_QUERY})


def _asks_to_look(items: Sequence[Item]) -> bool:
    """A question, or a verb of looking; "cart is stuck" only complains."""
    return any(asks(item) for item in items if not item.mention)


def _is_open(understandings: tuple[Understanding, ...], *, complains: bool) -> bool:
    """Nothing is planned yet, and no other part asks for something else; what is complained of tells why."""
    planned = any(one.is_planned for one in understandings)
    elsewhere = LATER_INTENTS - (_COMPLAINTS if complains else frozenset())
    others = len(understandings) > 1 and any(one.intent in elsewhere for one in understandings)
    return not (planned or others)


def _is_other_language(text: str, items: list[Item], whole: Ranking) -> bool:
    """Few words are English, and together they are like nothing that is known here."""
    if other_script_share(text) > _OTHER_SCRIPT_LEAST:
        return True
    words = [
        item
        for item in items
        if not (item.is_mark or item.mention or item.number or item.looks_like_name) and item.text[1:].islower()
    ]
    accented = sum(not item.text.isascii() for item in words)
    if (len(words) < 3 and not accented) or (whole.best != "oos" and whole.probability >= _LIKE_ENGLISH):
        return False
    known = sum(0.4 if item.corrected else 1.0 for item in words if item.tags)
    return known / len(words) < _ENGLISH_LEAST


def _read_parts(clauses: list[Clause], setting: Setting) -> list[Part]:
    parts: list[Part] = []
    for place, clause in enumerate(clauses):
        after = clauses[place + 1 :]
        setting = replace(setting, pressed=_is_pressed(after), explained=bool(after) and tells_why(after[0]))
        if clause.join == "colon" and place and tells_of_a_text(clauses[place - 1]):
            setting = replace(setting, previous_mode=Mode.REPORTED)
        if clause.led == "so" and setting.previous_mode in (Mode.PAST, Mode.STATEMENT):
            setting = replace(setting, previous_mode=Mode.REQUEST)  # "it was paused, so start it"
        reading = read_clause(clause, setting)
        understanding = _decided(reading)
        if is_purpose(clause):
            understanding = _as_purpose(understanding, reading)
        if parts and (limit := limit_after(clause, reading)) is not None:
            parts[-1] = Part(parts[-1].reading, limited(parts[-1].understanding, limit))
        if parts and leaves_out(clause) and parts[-1].understanding.parameters.everything:
            parts[-1] = Part(parts[-1].reading, limited(parts[-1].understanding, Mode.CONDITIONAL))
        if parts and (_goes_to_look(clauses[place:]) or backs_up_another(parts[-1].reading.clause, clause)):
            parts[-1] = Part(parts[-1].reading, limited(parts[-1].understanding, Mode.ADVICE))
        if parts and doubts_one(clause) and understanding.intent not in CHANGE_INTENTS:
            parts = [Part(part.reading, limited(part.understanding, Mode.CONDITIONAL)) for part in parts]
        if parts and takes_back(clause, understanding):
            parts = [Part(part.reading, taken_back(part.understanding)) for part in parts]
        parts.append(Part(reading, understanding))
        about = () if understanding.intent in _TALK else reading.found.targets  # "okay, its logs"
        spoken_of = tuple(t for t in about if t.entity.kind in ("application", "pod"))
        setting = replace(
            setting,
            previous_mode=reading.mode if reading.carries_on else Mode.ADVICE,
            previous_verb="" if reading.left else reading.verb,
            previous_best=reading.ranking.best,
            before=spoken_of or setting.before,
            seen=about or setting.seen,
            vague=_is_vague(clause, setting) if spoken_of else setting.vague,
            told=setting.told if reading.mode is Mode.REQUEST else (*setting.told, *told_of_else(clause.items)),
            namespace=_place_of_next(reading),
            failing_pods=tells_of_failing_pods(clause),
        )
    return [_as_doubted(_as_complaint(part, parts), parts) for part in parts]


def _as_doubted(part: Part, parts: list[Part]) -> Part:
    """A request beside words that take a change back or speak of another one, and are no request that is understood:
    "…, on second thought leave it as it is"."""
    if not part.understanding.is_change_request:
        return part
    own = {target.entity.id for target in part.understanding.targets}
    for other in parts:
        said = other.understanding
        if other is part or said.mode is not Mode.READ or not said.confidence >= _DOUBTING:
            continue
        others = {target.entity.id for target in said.targets}
        if _tells_how_it_is(other.reading.clause):
            continue  # "…, leave it running", "kafka has 3"
        if said.intent is Intent.ROLLBACK_ACTION or (said.intent is Intent.ACTION_QUESTION and others - own):
            return replace(part, understanding=limited(part.understanding, Mode.ADVICE))
    return part


def _tells_how_it_is(clause: Clause) -> bool:
    items = clause.items
    told = any(a.mention and b.word in ("has", "have", "is", "are", "runs", "had") for a, b in pairwise(items))
    return told or any("running" in item.tags for item in items)


_DOUBTING = 0.4
"""How sure the reading of words beside a request must be to hold it up."""


def _is_pressed(after: list[Clause]) -> bool:
    """ "…, go ahead"; not "…, go ahead and check"."""
    if len(after) > 1 and all(item.is_mark or "yes" in item.tags for item in after[0].items):
        after = after[1:]  # "yes, please do"
    return bool(after) and says_go(after[0]) and not _goes_to_look(after)


def _goes_to_look(clauses: list[Clause]) -> bool:
    looks = len(clauses) > 1 and clauses[1].join == "soft" and bool(clauses[1].items[0].tags & LOOKING)
    return looks and says_go(clauses[0])


def _is_vague(clause: Clause, setting: Setting) -> bool:
    """ "the store is slow": for a change the name would have to be asked about."""
    return bool(find_targets(clause.items, setting.index, for_change=True).ambiguous)


def _place_of_next(reading: Reading) -> str | None:
    """ "in staging, …"; not the project whose quota is raised."""
    of_quota = reading.intent is Intent.UPDATE_QUOTA and begins_clause(reading.clause.items)
    own = reading.found.targets or reading.about is not None or of_quota
    return None if own else reading.found.namespace


_ASKS_WHY = frozenset({"why", "what", "where", "how", "who"})
_CONTRASTS = frozenset({"have", "has", "see", "there", "only", "got", "it"})


def _as_complaint(part: Part, parts: list[Part]) -> Part:
    """ "we should have 5 pods, why are there 3": what is wished is not asked for, the rest asks about it."""
    if not (part.reading.is_wish and part.understanding.is_change_request):
        return part
    words = {item.word for item in part.reading.clause.items}
    others = [other.reading.clause for other in parts if other is not part]
    asks = any(clause.words[:1] and clause.words[0] in _ASKS_WHY for clause in others)
    asks = asks or any(c.join == "contrast" and c.words[:1] and c.words[0] in _CONTRASTS for c in others)
    if asks or "there" in words or ("but" in words and words & _CONTRASTS):
        return replace(part, understanding=limited(part.understanding, Mode.STATEMENT))
    return part


def _decided(reading: Reading) -> Understanding:
    intent, sure = reading.intent, reading.confidence
    others = [(INTENT_OF[label], chance) for label, chance in reading.ranking.scores if chance >= 0.05]
    alternatives = tuple((i, c) for i, c in others if i is not intent and i is not Intent.OUT_OF_SCOPE)[:3]
    if sure < LEAST and intent not in CHANGE_INTENTS:
        named = () if intent is Intent.OUT_OF_SCOPE else ((intent, sure),)
        intent, alternatives = Intent.UNCLEAR, (*named, *alternatives)[:3]
    mode = reading.mode if intent in CHANGE_INTENTS or reading.mode is not Mode.REQUEST else Mode.READ
    return Understanding(
        intent,
        sure,
        mode=mode,
        resource_type="projects" if intent is Intent.STATUS_QUERY and asks_for_projects(reading.clause) else "none",
        targets=reading.found.targets,
        excluded=reading.found.excluded,
        ambiguous=reading.found.ambiguous,
        unknown_names=reading.found.unknown,
        parameters=Parameters() if intent in _TALK else reading.parameters,
        alternatives=alternatives,
        negated=intent is Intent.NO_ACTION,
        about=reading.about if intent in (Intent.ACTION_QUESTION, Intent.NO_ACTION, Intent.CHANGE_HISTORY) else None,
        left=reading.left if intent in CHANGE_INTENTS and mode is Mode.REQUEST else (),
        numbers=reading.numbers,
    )


def _as_purpose(understanding: Understanding, reading: Reading) -> Understanding:
    """What a change is for: spoken of, whatever its words are like."""
    about = INTENT_OF[reading.ranking.best]
    if about not in CHANGE_INTENTS:
        return limited(understanding, Mode.STATEMENT)
    return replace(understanding, intent=Intent.ACTION_QUESTION, mode=Mode.STATEMENT, about=about, left=())


def _corrections(clause: Clause) -> tuple[tuple[str, str], ...]:
    return tuple((item.text, item.word) for item in clause.items if item.corrected)


def _shaped(understanding: Understanding) -> Understanding:
    resource_type, scope = resource_and_scope(understanding)
    done = replace(understanding, resource_type=resource_type, scope=scope)
    return done if done.slots is not None else replace(done, missing=missing_of(done))
