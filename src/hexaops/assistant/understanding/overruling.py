"""Which obstacles to a plan a message may outweigh that is surely a request, and which never.

"nobody uses it at the weekend, so bring A down to 2" has a time before the request, "auth-service stopped answering,
restart it please" tells something, "per my call: please restart A" has a heading. Negation, quotation, an "if", a time
behind the change, an unknown name and a number of nothing are never outweighed, nor what may leave an application out.
"""

from __future__ import annotations

from collections.abc import Collection

from hexaops.assistant.understanding.asked import BY_GIST, Frame
from hexaops.assistant.understanding.normalise import word_set

_KINDS = frozenset({"tells", "names"})
_NAMED = frozenset({"mode reported", "no before", "beside there", "beside going", "subject you"})
_BEFORE = word_set("everything asked told said says wait still keep keeps stay leave nothing nobody itself than")
_AFTER = word_set("asked told reads wants wanted says")
_LEAVING = word_set("nothing nobody keep keeps stay stays everything other itself they")
"""Behind the change they may leave an application out, where one is named there."""
_TIMES = frozenset({"limit scheduled", "mode scheduled"})
_CONDITIONS = frozenset({"limit conditional", "mode conditional", "tag before if"})
_STRICT = word_set("if unless once when whenever until till provided in case assuming suppose should as")
"""Words of a condition that is meant as one; "after the outage" and "while you are there" may not be."""


def may_be_outweighed(against: Collection[str], frame: Frame) -> bool:
    """Whether all of these obstacles only make a doubt; told without a verb ("one pod is down") is no request."""
    names, items = {*against}, frame.items
    timed = any(name == "tag before later" or name.startswith("word before ") for name in names)
    led = "tag before if" in names and not _STRICT & {item.word for item in items}
    told = frame.at < 0 and any(name.startswith("tells ") for name in names)
    alone = not any(item.mention for item in items[frame.end :])
    return (
        not told
        and BY_GIST not in frame.obstacles
        and all(_is_soft(name, timed=timed, led=led, alone=alone) for name in names)
    )


def _is_soft(name: str, *, timed: bool, led: bool, alone: bool) -> bool:
    if name in _NAMED or name == "tag before later":
        return True
    if name in _TIMES:
        return timed
    if name in _CONDITIONS:
        return led
    match name.split():
        case ["word", "before", word]:
            return word in _BEFORE or timed
        case ["word", "after", word]:
            return word in _AFTER or (alone and word in _LEAVING)
        case ["no", "after"]:
            return alone
        case [kind, *_]:
            return kind in _KINDS
    return False
