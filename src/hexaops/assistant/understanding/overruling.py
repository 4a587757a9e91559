"""Which obstacles to a plan a message may outweigh that is surely a request, and which never.

"nobody uses it at the weekend, so bring A down to 2" has a time before the request, "auth-service stopped answering,
restart it please" tells something, "per my call: please restart A" has a heading. Negation, quotation, an "if", a time
behind the change, an unknown name and a number of nothing are never outweighed, nor what may leave an application out.
"""

from __future__ import annotations

from collections.abc import Collection

from hexaops.assistant.understanding.asked import BY_GIST, Frame
from hexaops.assistant.understanding.limits import limits_of_request
from hexaops.assistant.understanding.normalise import word_set

_KINDS = frozenset({"tells", "names"})
_NAMED = frozenset({"mode reported", "no before", "beside there", "beside going", "subject you"})
_BEFORE = word_set("everything asked told said says wait still keep keeps stay leave nothing nobody itself than")
_AFTER = word_set("asked told reads wants wanted says")
_LEAVING = word_set("nothing nobody keep keeps stay stays everything other itself they")
"""Behind the change they may leave an application out, where one is named there."""
_ASKING = word_set("asking asks ask")
"""Behind the change: "…, nobody is asking for that"."""
_SOON = word_set("soon morning evening noon midnight weekend tonight later")
_TIMES = frozenset({"limit scheduled", "mode scheduled"})
_CONDITIONS = frozenset(
    {"limit conditional", "limit in conditional", "mode conditional", "tag before if", "tag in if", "tag after if"}
)
_STRICT = word_set("if unless once when whenever until till provided in case assuming suppose should as")
"""Words of a condition that is meant as one; "after the outage" and "while you are there" may not be."""


def may_be_outweighed(against: Collection[str], frame: Frame) -> bool:
    """Whether all of these obstacles only make a doubt; told without a verb ("one pod is down") is no request."""
    names, items = {*against}, frame.items
    timed = any(name == "tag before later" or name.startswith("word before ") for name in names)
    led = "tag before if" in names and not _STRICT & {item.word for item in items}
    led = led or _is_deadline(frame) or _gives_reason(frame)
    timed = timed or _tells_of_another_time(frame)
    told = frame.at < 0 and any(name.startswith("tells ") for name in names)
    alone = not any(item.mention or item.word in _ASKING for item in items[frame.end :])
    if BY_GIST in frame.obstacles:
        return names == {"names loosely"}
    if _is_pressed(frame):
        names -= _SAID_TO_US
    return not told and all(_is_soft(name, timed=timed, led=led, alone=alone) for name in names)


_BEGINS = word_set("is are was starts begins opens ends comes arrives launches leaves closes goes runs")
_POINTERS = word_set("it that this which they these there")
_NEEDING, _GOES_ON = word_set("needs need wants want"), word_set("go ahead do it please apply now")


def _conditions(frame: Frame) -> list[int]:
    return [place for place, item in enumerate(frame.items) if "if" in item.tags and not item.mention]


def _is_deadline(frame: Frame) -> bool:
    """ "A doubled before the sale starts": to be done by then, so now; not "before you restart A, …"."""
    places = _conditions(frame)
    return bool(places) and all(frame.items[p].word == "before" and p > frame.start + frame.at + 1 for p in places)


def _gives_reason(frame: Frame) -> bool:
    """ "A wants a restart after the change of its secret, go ahead": told to go on, the time is past."""
    places, words = _conditions(frame), [item.word for item in frame.items if not item.is_mark]
    after = bool(places) and all(frame.items[place].word == "after" for place in places)
    pressed = all(part in _GOES_ON for word in words[-2:] for part in word.split())
    return after and pressed and any(item.word in _NEEDING for item in frame.items[: places[0]])


def _tells_of_another_time(frame: Frame) -> bool:
    """ "…, the demo is in an hour", "…, the sale starts soon": a time of something else, behind the request."""
    behind = [item for item in frame.items[frame.end :] if not item.is_mark]
    place = next((p for p, item in enumerate(behind) if item.word in _BEGINS), 0)
    subject = behind[place - 1].word if place else ""
    inside = limits_of_request(frame.items[frame.start : frame.end], counts=True)
    return bool(subject) and place < 5 and subject not in _POINTERS and inside is None


_SAID_TO_US = frozenset({"word in asked", "word in asks", "word in wants", "word in wanted"})
_PRESSING = word_set("please pls do it that this so now go ahead apply then right away")


def _is_pressed(frame: Frame) -> bool:
    """ "legal asked us to take A offline, please do that": what others asked for is made one's own."""
    items = frame.items
    last = max((place for place, item in enumerate(items[:-1]) if item.is_mark), default=-1)
    words = [word for item in items[last + 1 :] if not item.is_mark for word in item.word.split()]
    return last > 0 and "do" in words and all(word in _PRESSING for word in words)


def _is_soft(name: str, *, timed: bool, led: bool, alone: bool) -> bool:
    if name in _NAMED or name == "tag before later":
        return True
    if name in _TIMES or name == "tag after later":
        return timed
    if name in _CONDITIONS:
        return led
    match name.split():
        case ["word", "before", word]:
            return word in _BEFORE or timed
        case ["word", "after", word]:
            return word in _AFTER or (alone and word in _LEAVING) or (timed and word in _SOON)
        case ["no", "after"]:
            return alone
        case [kind, *_]:
            return kind in _KINDS
    return False
