"""What is asked for by evidence, where the grammar of clauses knows no such request.

People wrap a change in more words than any list of openings can hold. So the message is cut at its marks and joints.
One stretch of it, the kernel, must say the change: the ranker is sure of it, its targets are known names, each number
has a role. Nothing in the message may stand in the way (`vetoes`). The words that the frame does not explain are no
longer held against it one by one: a model that was trained on sentences near a change (`asked`) must be sure that the
change is asked for, and of the application itself. All of these must agree; what does not is asked about.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from hexaops.assistant.understanding.acts import LOOKING, VERB_OF, acts_of, is_feeling, moved_pods
from hexaops.assistant.understanding.asked import Frame, is_asked, is_certainly_asked
from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.closed import LIGHT, SMALL
from hexaops.assistant.understanding.english import BASE, NOUN, is_english, parts_of_speech
from hexaops.assistant.understanding.frame import read_frame
from hexaops.assistant.understanding.intents import Intent, Mode
from hexaops.assistant.understanding.items import Item, are_listed, said_words
from hexaops.assistant.understanding.labels import LABEL_OF
from hexaops.assistant.understanding.limits import KIND, courtesy_places, limits_of_request
from hexaops.assistant.understanding.modes import lets_time_pass
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.overruling import may_be_outweighed
from hexaops.assistant.understanding.ranker import Ranking, rank
from hexaops.assistant.understanding.reading import Reading, read_request
from hexaops.assistant.understanding.setting import Setting, label_before
from hexaops.assistant.understanding.speech import Act, is_courteous
from hexaops.assistant.understanding.tags import clause_tags
from hexaops.assistant.understanding.targets import find_targets
from hexaops.assistant.understanding.unexplained import begins_to_do, told_of_else
from hexaops.assistant.understanding.vetoes import ADVICE, forbids, is_for_now, obstacles

SURE, SURE_ALONE, HEARD = 0.6, 0.9, 0.1
"""How sure the ranker must be of the kernel: where the whole message is like the same change, and where it is not."""
LONGEST = 40
"""Words of a message that is looked at."""
LARGE = 50
"""A larger number is a count only where it says of what."""
LIKE_A_CODE = 100
"""Beside the change, a number from here on is a code or a measure: "503s at the edge"."""
_CUTS = frozenset(",.;:!?-()\n>")
_JOINTS = word_set("because since so as cause")


class Proposal(Struct, frozen=True):
    """A change that the message may ask for, and the frame that it is judged by."""

    reading: Reading
    frame: Frame
    is_asked: bool = False
    """Whether it is planned at once; else it is named, and planned after a yes."""


def read_evident(proposal: Proposal | None) -> Proposal | None:
    """The one change that the message may ask for, of that against which the least stands (`nearest`)."""
    if proposal is None:
        return None
    against = forbidden(proposal.frame)
    if not against:
        return replace(proposal, is_asked=is_asked(proposal.frame))
    if may_be_outweighed(against, proposal.frame) and is_certainly_asked(proposal.frame):
        return replace(proposal, is_asked=True)
    return proposal if {*against} <= ADVICE else None


def is_free(proposal: Proposal | None) -> bool:
    """Whether there is a change that the message may ask for, and nothing forbids it."""
    return proposal is not None and not forbidden(proposal.frame)


def judged_frame(items: tuple[Item, ...], whole: Ranking, proposal: Proposal | None) -> Frame:
    """The frame that a message is judged by, whether or not a change may come of it."""
    return _likeliest(items, whole) if proposal is None else proposal.frame


def _likeliest(items: tuple[Item, ...], whole: Ranking) -> Frame:
    """The frame with the fewest words left over, of the change that the words are most like."""
    label, against = max(VERB_OF, key=whole.of), obstacles(items, 0, len(items))
    frames = [
        Frame(items, 0, len(items), act.verb, act.at, frozenset(read_frame(items, act.verb, act.at).left), against)
        for act in acts_of(items, label) or [Act(Mode.REQUEST, VERB_OF[label])]
    ]
    return min(frames, key=lambda frame: len(frame.left))


def nearest(
    items: tuple[Item, ...], whole: Ranking, setting: Setting, modes: frozenset[Mode] = frozenset()
) -> Proposal | None:
    """The change against which the least stands: first where every word is explained, else with the fewest that are
    not; `modes`: in which the grammar finds changes spoken of."""
    said = tuple(item for item in items if not item.is_mark)
    named = any(item.mention for item in said)
    selects = whole.best == "restart_failing"
    if len(said) > LONGEST or not (named or selects):
        return None
    found = [one for stretch in stretches(items) for one in _kernels(items, *stretch, whole, setting)]
    found = [read for one in found if (read := beside(items, one)) is not None]
    spoken = frozenset(f"mode {mode.value}" for mode in modes - _excused(items, modes))
    found = [with_obstacles(one, spoken, selects=selects) for one in found]
    return min(found, key=lambda one: order(one.frame), default=None)


def _excused(items: tuple[Item, ...], modes: frozenset[Mode]) -> set[Mode]:
    """Conditions of courtesy ("would be nice if"), and "at 6" where it counts: no condition and no time."""
    if limits_of_request(items, counts=True) is not None or lets_time_pass(items):
        return set()
    words = said_words(items)
    excused = {Mode.SCHEDULED, Mode.CONDITIONAL} if "would" in words else {Mode.SCHEDULED}
    return {*modes} & excused


def with_obstacles(one: Proposal, spoken: frozenset[str], *, selects: bool) -> Proposal:
    frame = one.frame
    stretch = frame.items[frame.start : frame.end]
    against = obstacles(frame.items, frame.start, frame.end, selects=selects) | frame.obstacles | spoken
    if against & _OF_PASSIVE and not (_is_passive(stretch, frame.at) or _asks_you(stretch)):
        against |= {"spoken of"}
    if frame.verb == "stop" and {"could", "can"} & {item.word for item in stretch} and not is_for_now(frame.items):
        against |= {"advice"} if not is_courteous(frame.items) else set()  # what would be gone is asked about
    return replace(one, frame=replace(frame, obstacles=against))


_OF_PASSIVE = frozenset({"mode hypothetical", "mode past", "question"})


def _is_passive(stretch: tuple[Item, ...], at: int) -> bool:
    """ "could A be restarted", "A can be turned off", "may I have A restarted"."""
    if at < 0 or "past" not in stretch[at].forms:
        return False
    led = said_words(stretch[:at])
    return bool(led & _MODAL and led & {"be", "get", "got", "have", "see"})


_MODAL = word_set("could can may should must would needs need has if want like")


def _asks_you(stretch: tuple[Item, ...]) -> bool:
    """ "would you restart A for us", "could A get two more"."""
    said = [item.word for item in stretch if not item.is_mark and not item.tags & {"greet", "polite"}]
    mentions = [item for item in stretch[:3] if item.mention]
    return said[:2] in (["would", "you"], ["could", "you"], ["can", "you"]) or (
        said[:1] in (["could"], ["can"]) and bool(mentions) and bool({"get", "have"} & set(said[2:4]))
    )


def forbidden(frame: Frame) -> list[str]:
    """What stands in the way of the change and is more than a doubt, by name."""
    now = is_for_now(frame.items[frame.start : frame.end])
    return [name for name in frame.obstacles if forbids(name, now=now)]


def order(frame: Frame) -> tuple[int, int, int, int]:
    return (len(forbidden(frame)), len(frame.obstacles), len(frame.left), frame.end - frame.start)


def stretches(items: tuple[Item, ...]) -> Iterator[tuple[int, int]]:
    """Beginnings and ends: between marks and joints, several together, too."""
    inner = [
        place
        for place, item in enumerate(items)
        if place and ((item.is_mark and item.word in _CUTS) or (item.word in _JOINTS and not item.mention))
    ]
    cuts = [0, *inner, len(items)]
    for size in range(1, len(cuts)):
        yield from zip(cuts, cuts[size:], strict=False)


def _kernels(items: tuple[Item, ...], start: int, end: int, whole: Ranking, setting: Setting) -> Iterator[Proposal]:
    while start < end and (items[start].is_mark or items[start].word in _JOINTS):
        start += 1
    stretch = items[start:end]
    if not stretch:
        return
    if not any(item.mention for item in stretch):
        setting = _spoken_of(items[:start], setting)
    clause = Clause(stretch)
    ranking = rank(stretch, label_before(setting.dialogue))
    for label in _labels(stretch, whole, ranking):
        for act in acts_of(stretch, label):
            if begins_to_do(stretch, act.at):
                continue
            reading = read_request(clause, act, clause_tags(clause, after_change=False), ranking, setting)
            if label == "restart_failing":
                reading = _of_failing(reading, stretch)
            left = frozenset(_left(reading, label, stretch))
            if _is_sound(reading, label, stretch) and not _names_a_piece(left, setting):
                against = frozenset(doubts_of(stretch, act, label, spoken=bool(setting.before)))
                frame = Frame(items, start, end, act.verb, act.at, left, against)
                yield Proposal(replace(reading, left=(), confidence=ranking.of(label)), frame)


def _names_a_piece(left: frozenset[str], setting: Setting) -> bool:
    """ "resizer + report thing": a word left over is a piece of another name."""
    return any(text.lower() in setting.index.words for text in left)


def _spoken_of(items: tuple[Item, ...], setting: Setting) -> Setting:
    """ "storefront serves stale pages, restart please": what the stretches before are about."""
    found = find_targets(items, setting.index, for_change=True)
    one = found.targets if len(found.targets) == 1 and not (found.ambiguous or found.unknown) else ()
    return replace(setting, before=one, told=told_of_else(items))


def _labels(stretch: tuple[Item, ...], whole: Ranking, ranking: Ranking) -> list[str]:
    """The changes that the ranker is sure of, the likelier first."""
    if moved_pods(stretch) and whole.of("scale_app") + whole.of("stop_app") >= SURE:
        return ["scale_app"]  # "knock a pod off A"
    sure = {label: whole.of(label) + ranking.of(label) for label in VERB_OF if _is_sure(label, whole, ranking)}
    return sorted(sure, key=lambda label: -sure[label])


def _is_sure(label: str, whole: Ranking, ranking: Ranking) -> bool:
    least = SURE if whole.best == label else SURE_ALONE
    return ranking.of(label) >= least and whole.of(label) >= HEARD


_PARTS = word_set("ones those parts bits stuff things services apps workloads lot")


def _of_failing(reading: Reading, stretch: tuple[Item, ...]) -> Reading:
    """ "recreate pods of A that are not ready": the words select, though the verb's own object is A."""
    several = any(
        item.tags & {"pod", "everything", "whole", "replicas_word"} or item.word in _PARTS for item in stretch
    )
    fails = any(item.tags & {"failing", "unhealthy", "not_ready", "fail", "pending", "problem"} for item in stretch)
    if reading.intent is not Intent.RESTART_APPLICATION or not (several and fails):
        return reading
    parameters = replace(reading.parameters, status_filter="failing")
    return replace(reading, intent=Intent.RESTART_FAILING, parameters=parameters)


def _left(reading: Reading, label: str, stretch: tuple[Item, ...]) -> Iterator[str]:
    """What nothing explains, not even a wish; "one restart please" counts nothing."""
    texts = {item.text: item for item in stretch}
    for text in reading.left:
        item = texts.get(text)
        if item is None or not (is_feeling(item) or _counts_nothing(item, label, stretch)):
            yield text


_COUNTS_NOTHING = {"restart_app": 1, "start_app": 0, "stop_app": 0}


def _counts_nothing(item: Item, label: str, stretch: tuple[Item, ...]) -> bool:
    """ "one restart please", "bring A back from zero", "wind A down to zero pods"."""
    if item.number is None:
        return "replicas_word" in item.tags and label == "stop_app" and any(i.number for i in stretch)
    return item.number.value == _COUNTS_NOTHING.get(label)


def _is_sound(reading: Reading, label: str, stretch: tuple[Item, ...]) -> bool:
    """It is the change that the words are like, of known applications, and each number has its role."""
    found, said = reading.found, reading.parameters
    if reading.mode is not Mode.REQUEST or LABEL_OF[reading.intent] != label:
        return False
    texts = {item.text: item for item in stretch}
    for text in reading.left:
        item = texts.get(text)
        if item is None or item.mention or item.looks_like_name or item.word in LOOKS:
            return False
        if _counts_nothing(item, label, stretch):
            continue
        closed = all(word in SMALL or word in LIGHT for word in item.word.split())
        if item.number is not None or closed:  # a small word is only left where something is in doubt
            return False
        if not (is_english(item.word) or is_feeling(item)) or is_object(stretch, stretch.index(item)):
            return False
    selects = label == "restart_failing" and not any(item.mention for item in stretch)
    if found.ambiguous or found.unknown or found.excluded or said.invalid or not (found.targets or selects):
        return False
    if any(target.entity.kind not in ("application", "pod") for target in found.targets):
        return False
    if found.targets and (said.everything or not are_listed(stretch)):
        return False
    if label == "scale_app":
        if (said.replicas or 0) > LARGE and not any("replicas_word" in item.tags for item in stretch):
            return False  # "web-app 404"
        return said.replicas is not None or said.replicas_delta is not None or said.replicas_factor is not None
    return all(number.value == _COUNTS_NOTHING.get(label) for number in reading.numbers)


LOOKS = word_set("check look see find verify inspect investigate")
_LEADING = word_set("of on in from to for at with behind inside into")


def is_object(stretch: tuple[Item, ...], place: int) -> bool:
    """ "restart the replication on A": what is restarted is not A."""
    word = stretch[place].word
    if not (parts_of_speech(word) & NOUN or word.endswith("ing")):
        return False
    after = [item for item in stretch[place + 1 : place + 4] if item.word not in ("the", "our", "my")]
    return len(after) > 1 and after[0].word in _LEADING and after[1].mention is not None


_SEEN = word_set("see sees notice noticed observe count counts find found shows")
_TOLD = word_set(
    "is are was were am been being has had does did got went goes will shall may might must runs "
    "ran failed fails stopped started"
)
_ENOUGH = word_set("enough plenty sufficient fine")
_SUBJECTS = word_set("i we they he she you it who someone somebody users people")


def doubts_of(stretch: tuple[Item, ...], act: Act, label: str, *, spoken: bool) -> Iterator[str]:
    """What tells that something is so; else the verb is a command, a noun, or missing."""
    words = [word for item in stretch for word in item.word.split()]
    told, pairs = (_TOLD & set(words)) - _passive(stretch), set(pairwise(words))
    if pairs & {("would", "need"), ("would", "be")} and "if" not in words and not _wishes(pairs):
        yield "supposes"
    if ("has", "to") in pairs:
        told -= {"has"}
        yield "has to"
    if not {"like", "love", "want", "need"} & set(words):
        told |= _SEEN & set(words)
    if label == "restart_failing" and any(one in _SELECTING and two in ("is", "are") for one, two in pairs):
        told -= {"is", "are"}  # "everything that is in CrashLoopBackOff"
    if pairs & {("is", "time"), ("is", "possible")}:
        told -= {"is"}
    if not (label == "scale_app" and told <= {"is", "are"} and _ENOUGH & set(words)):
        yield from (f"tells {word}" for word in sorted(told))
    if (limit := limits_of_request(stretch, counts=label == "scale_app")) is not None:
        yield f"limit in {limit.value}"
    if any(item.word == "to" and _is_turned(stretch, place) for place, item in enumerate(stretch)):
        yield "turned"
    supposed = {"must", "should"} & set(words) and not any(item.number and not item.mention for item in stretch)
    if supposed and (act.at < 0 or ("ing" in stretch[act.at].forms and "be" in words)):
        yield "supposed state"  # "A must be down", "A must be restarting"
    yield from _without_verb(stretch, spoken=spoken) if act.at < 0 else _of_verb(stretch, act)


_SELECTING = word_set("that which whatever everything anything")


def _wishes(pairs: set[tuple[str, str]]) -> bool:
    """ "we would need A at 6", "a restart would be lovely"; not "A would need a restart", "with 2 we would be fine"."""
    if {("i", "would"), ("we", "would")} & pairs:
        return ("would", "need") in pairs
    return any(one == "be" and two in KIND for one, two in pairs) and not {("you", "would"), ("they", "would")} & pairs


def _without_verb(stretch: tuple[Item, ...], *, spoken: bool) -> Iterator[str]:
    if any(item.mention for item in stretch):  # not "number of pods for A: 5"
        if any(item.tags & {"number_noun", "how_many"} for item in stretch):
            yield "number noun"
    elif not any("replicas_word" in item.tags for item in stretch):
        bare = sum(1 for item in stretch if not item.is_mark) < 2
        yield "limited to count" if spoken and not bare else "number of nothing"


def _of_verb(stretch: tuple[Item, ...], act: Act) -> Iterator[str]:
    if _does_itself(stretch, act):
        yield "own doing"
    if any(a.word == "from" and "ing" in b.forms for a, b in pairwise(stretch)):
        yield "from doing"  # "stopped from crashing"
    verb, led = stretch[act.at], said_words(stretch[: act.at])
    noun = verb.tags & {"restart"} and parts_of_speech(verb.word) & NOUN
    if not ("base" in verb.forms or noun or (not verb.forms and parts_of_speech(verb.word) & BASE)):
        if not led & (_CAUSING if "past" in verb.forms else _TRYING):
            yield "verb form"
        return
    earlier = [item.word for item in stretch[: act.at] if not item.is_mark]
    if earlier and earlier[-1] in _SUBJECTS:
        modal = earlier[-2] if len(earlier) > 1 else ""  # "could we", not "we could"
        asked = modal in _ASKED_OF or (modal == "would" and is_courteous(stretch))
        yield f"subject {'asked' if asked and earlier[-1] in _ASKED_SUBJECTS else earlier[-1]}"


_ASKED_OF, _ASKED_SUBJECTS = word_set("could can will if"), word_set("you we someone somebody")


def _passive(stretch: tuple[Item, ...]) -> set[str]:
    """The "started" of "can A be started"."""
    pairs = pairwise(stretch)
    led = [(a.word, b.word) for a, b in pairs if a.word in _GETTING and "past" in b.forms and not b.mention]
    wished = {b.word for p, (a, b) in enumerate(pairwise(stretch)) if a.mention and _WISHED & said_words(stretch[:p])}
    return {word for pair in led for word in pair} | wished


_GETTING, _WISHED = word_set("be get got gets"), word_set("need want like love see have")


def _does_itself(stretch: tuple[Item, ...], act: Act) -> bool:
    """ "A must restart", "if A restarted": what the application does."""
    if act.verb != "restart" or act.at < 1:
        return False
    before = [item for item in stretch[: act.at] if not item.is_mark]
    subject = [*before]
    while subject and subject[-1].word in _DOING:
        subject.pop()
    if not subject or subject[-1].mention is None:
        return False
    forms = stretch[act.at].forms
    supposed = "past" in forms and before[0].word in ("if", "it", "would")
    return supposed or bool("base" in forms and {item.word for item in before[len(subject) :]} & _MODALS)


_MODALS = word_set("must should may might will shall has have ought")
_DOING = word_set("must should may might will shall has to have ought just also then")


def _is_turned(stretch: tuple[Item, ...], place: int) -> bool:
    """ "I refuse to restart A": a verb that another one turns into something else."""
    if not place or place + 1 == len(stretch) or "base" not in stretch[place + 1].forms:
        return False
    before = stretch[place - 1]
    led = is_feeling(before) or before.mention or before.is_mark or before.word in _LEADING_TO
    return not (led or before.word.split()[-1] in ("to", "as"))


_LEADING_TO = word_set("you have has be able time kind possible ask")
_CAUSING, _TRYING = word_set("be get gets see have need needs want like must"), word_set("try by mind with")


def _counts_else(items: tuple[Item, ...], place: int) -> bool:
    """ "the queue has 40000 messages": a number of something that is no replica, told before or after."""
    after = items[place + 1] if place + 1 < len(items) else None
    if after is None or after.is_mark or after.mention or after.number:
        return False
    counted = after.tags & {"replicas_word", "replica", "pod", "app", "more", "less", "now", "polite"}
    return not counted and bool(parts_of_speech(after.word) & NOUN) and after.word not in SMALL


_CHANGES = frozenset({"restart", "stop", "start", "scale", "undo", "cancel"})


def beside(items: tuple[Item, ...], proposal: Proposal) -> Proposal | None:
    """Around the kernel: no other application, no number that may count, no other request."""
    loosely: set[str] = set()
    own = {target.entity.id for target in proposal.reading.found.targets}
    frame, courtesy = proposal.frame, courtesy_places(items)
    for place, item in enumerate(items):
        if frame.start <= place < frame.end or place in courtesy:
            continue
        if item.mention is not None:
            if not own & {c.entity.id for c in item.mention.candidates}:
                if any(c.score >= 1 or "-" in item.text for c in item.mention.candidates):
                    return None
                loosely.add("names loosely")  # "the token cache is full", "search latency climbs"
            continue
        if (
            item.number is not None
            and frame.verb not in ("restart", "start", "stop")
            and not (_counts_else(items, place) or item.number.value >= LIKE_A_CODE)
        ):
            return None
        first = place == 0 or items[place - 1].is_mark or items[place - 1].word in ("and", "please")
        if "base" in item.forms and ((first and item.tags & LOOKING) or item.tags & (_CHANGES - {frame.verb})):
            return None
    return replace(proposal, frame=replace(frame, obstacles=frame.obstacles | loosely))
