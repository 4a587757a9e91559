"""Questions that a few words decide, whatever the others are like: what would be lost, what is left, who is too big.

The ranker knows words and not what they ask for: "what happens if a node goes down" is made of the words of an alert.
Only questions are told here, and none about which a change was understood.
"""

from __future__ import annotations

import re
from collections.abc import Set

from msgspec.structs import replace

from hexaops.assistant.understanding.english import is_english
from hexaops.assistant.understanding.intents import LATER_CHANGES, Intent, Mode
from hexaops.assistant.understanding.inventory import Candidate, NameIndex
from hexaops.assistant.understanding.model import Dialogue, Understanding, UnknownName
from hexaops.assistant.understanding.normalise import word_set

SURE = 0.9
LONGEST = 300
"""A longer message says more than these words."""
_LOST = (
    r"dies?|died|dying|fails?|failed|failing|crash(?:es|ed|ing)?|goes? (?:down|away|dark|offline)|go(?:es|ing)? down|"
    r"went (?:down|away|offline)|is (?:lost|gone|down|drained|dead|offline|killed|unavailable)|were (?:lost|gone|down)|"
    r"los(?:e|es|ing|t)|drops? (?:out|dead)|breaks?|loss|failure|outage|drain(?:ing)?|unavailable|disappears?|"
    r"kill(?:s|ed|ing)?|burns?"
)
LOSS = re.compile(rf"\b(?:{_LOST})\b", re.IGNORECASE)
_WHAT_THEN = re.compile(
    r"\b(?:what(?:'s| is| would| will| could| does|'ll)?(?: the)? (?:happens?|going to happen|impact|consequences?)\b"
    r".*\b(?:if|when|of|on)\b|what if\b)",
    re.IGNORECASE,
)
_SURVIVES = re.compile(
    r"\b(?:surviv(?:e|es|ed)|withstand|tolerate|cope with|stand)\b.*\b(?:los|fail|outage|crash|death|down)",
    re.IGNORECASE,
)
_ANY_NODE = re.compile(
    r"\b(?:a|an|one|any|another|some|1|(?:one|any|some) of (?:the|our|my))(?: single| whole| worker)? "
    r"(?:node|server|machine|host|box|worker)s?\b",
    re.IGNORECASE,
)
_WHO_BREAKS = re.compile(
    r"\b(?:who|what|which \w+)(?: else)? (?:(?:would|will|could|does|is|are|gets?)(?: also)? )?"
    r"(?:breaks?|fails?|stops?(?: working)?|suffers?|(?:be )?(?:affected|hit|impacted)|(?:go|goes|be) down)\b.*"
    r"\b(?:if|when|without)\b",
    re.IGNORECASE,
)
_LEFT = re.compile(
    r"\bhow (?:much|many)\b.*\b(?:cpus?|cores?|memory|ram|room|capacity|headroom|resources?)\b.*"
    r"\b(?:left|free|spare|unused|remaining|remains?|available|idle)\b|"
    r"\bhow (?:much|many) (?:free|spare|unused|remaining|idle|available) "
    r"(?:cpus?|cores?|memory|ram|capacity|resources?)\b|"
    r"^\W*(?:is there|do we have|have we(?: got)?|any|show(?: me)?|what(?:'s| is)(?: the)?)?\W*"
    r"(?:free|spare|unused|remaining) (?:cpus?|cores?|memory|ram|capacity|resources?)"
    r"(?: (?:in|on|of) (?:the|my|our|this) (?:cluster|nodes?))?\W*$|"
    r"\bhow (?:full|loaded|busy|utili[sz]ed) (?:is|are) (?:the|my|our|this) (?:\w+ )?"
    r"(?:cluster|nodes?|platform|system)\b",
    re.IGNORECASE,
)
_VERSION = re.compile(
    r"\b(?:kubelet|kubernetes|k8s)(?:'s)? versions?\b|\bversions? of (?:the )?(?:kubelets?|kubernetes|k8s|nodes?)\b",
    re.IGNORECASE,
)
_NOT_OF_NODES = re.compile(r"\b(?:quotas?|disks?|volumes?|storage|budget|limits?)\b", re.IGNORECASE)
_OF_PROJECT = re.compile(
    r"\b(?:in|of|from|for|inside) (?:the |my |our )?(?P<before>[a-z0-9][a-z0-9-]{1,62}) (?:project|namespace)\b|"
    r"\b(?:in|of|from|for|inside) (?:the |my |our )?(?:project|namespace) (?P<after>[a-z0-9][a-z0-9-]{1,62})\b"
)
_NO_PROJECT = word_set(
    "the a an which what this that same whole entire each every other another any all my our your their its current "
    "new old single one first second last next both some more most least expensive cheap given certain specific"
)
_NEAR_PROJECTS = 5
_THROTTLED = re.compile(r"\bthrottl", re.IGNORECASE)
_TOO_BIG = re.compile(
    r"\b(?:what|which|who|where|anything|something)\b.*\b(?:can|could|should|may|to) (?:i |we |be )?"
    r"(?:shrink|shrunk|downsized?|make smaller|made smaller|right-?sized?|trim(?:med)?|slim(?:med)? down)\b|"
    r"\b(?:what|which|who|anything|are any)\b.*\b(?:too (?:big|large)|over-?sized|over-?provisioned)\b",
    re.IGNORECASE,
)
_REQUESTS = re.compile(
    r"\b(?:error (?:rates?|ratio|percentage)|(?:rate|share|percentage) of (?:errors|failed requests))\b", re.IGNORECASE
)
_OFFERS = re.compile(
    r"^\W*(?:so |and |ok(?:ay)?,? |hi,? |hello,? |hey,? )?"
    r"what (?:all )?(?:can|could) (?:i|you|we) (?:do|ask|say|use|help)"
    r"(?: (?:you|me|here|now|with (?:you|this|that|it|me)|for me|in (?:here|this \w+)|about))*\W*$",
    re.IGNORECASE,
)
""" "What can I do here?"."""
_PEAK = re.compile(
    r"\b(?:peak|max(?:imum)?|highest|lowest|min(?:imum)?|average|mean)\b.{0,20}\b(?:cpu|memory|ram)\b.*\b(?:today|yesterday|"
    r"last|past|this|since|during|overnight|ever)\b",
    re.IGNORECASE,
)
_DEARER = re.compile(
    r"\b(?:which|what|who|is|are|does|do)\b.*\b(?:cheaper|dearer|more expensive|less expensive|costs? (?:more|less))\b",
    re.IGNORECASE,
)
_COMMON_ERRORS = re.compile(r"\b(?:most )?(?:common|frequent|often)(?:est)? (?:errors?|exceptions?)\b", re.IGNORECASE)
_LOGS = re.compile(r"\blog(?:s|ged|ging)?\b", re.IGNORECASE)
_SLOWER = re.compile(
    r"\b(?:slower|faster|slow|laggier|quicker)\b.*\b(?:than|as)\b.*\b(?:usual|usually|normal(?:ly)?|before|yesterday|"
    r"last \w+|ever|average)\b",
    re.IGNORECASE,
)
_DEEDS = LATER_CHANGES | {
    Intent.ALERT_CREATE, Intent.ALERT_ACKNOWLEDGE, Intent.DASHBOARD_CREATE, Intent.DIAGNOSTICS, Intent.CONNECTIVITY,
}  # fmt: skip
"""What is done rather than told: no words of a figure make a question of it."""
_COSTS = frozenset({Intent.COST_ANALYSIS, Intent.COST_BREAKDOWN, Intent.COST_OPTIMIZATION, Intent.ACTION_QUESTION})
_USAGE = frozenset({Intent.HIGH_USAGE, Intent.USAGE_QUERY})
_WHICH_ONE = re.compile(r"^\W*(?:and |so )?which (?:one|of them)\b", re.IGNORECASE)
""" "Which one is the busiest?", after nodes."""
_TALKED_OF = frozenset({Intent.ACTION_QUESTION, Intent.NO_ACTION, Intent.CONFIRM, Intent.DENY})


def with_plain_question(text: str, found: Understanding, index: NameIndex, dialogue: Dialogue) -> Understanding:
    """The understanding, with the intent that the words of the question decide."""
    if dialogue.last_intent == Intent.NODE_STATUS and found.intent in _USAGE and _WHICH_ONE.search(text):
        return replace(found, resource_type="nodes", scope="workspace", targets=())
    return _with_unknown_project(text, _as_plain_question(text, found), index)


def _with_unknown_project(text: str, found: Understanding, index: NameIndex) -> Understanding:
    """ "The state of the messaging project", where there is none: not the state of everything."""
    named = found.targets or found.ambiguous or found.unknown_names or found.parameters.namespace or found.parts
    said = None if named or len(text) > LONGEST or not index.namespaces else _OF_PROJECT.search(text.casefold())
    word = (said["before"] or said["after"]) if said is not None else ""
    if not word or word in index.namespaces or word in _NO_PROJECT or word.endswith("est"):
        return found
    if said is not None and said["after"] and is_english(word):
        return found
    projects = sorted({one.name: one for one in index.by_id.values() if one.kind == "project"}.items())
    near = tuple(Candidate(project, 0.5) for _, project in projects[:_NEAR_PROJECTS])
    return replace(found, unknown_names=(UnknownName(word, near),))


def _as_plain_question(text: str, found: Understanding) -> Understanding:
    refused = found.intent is Intent.OUT_OF_SCOPE and found.confidence >= SURE
    if (
        len(text) > LONGEST
        or found.parts
        or found.intent in _TALKED_OF
        or refused
        or found.mode in (Mode.REQUEST, Mode.NEGATED)
    ):
        return found
    intent = _intent_of(text, found)
    if intent is None or intent is found.intent:
        return found
    return replace(found, intent=intent, confidence=max(SURE, found.confidence), alternatives=(), resource_type="none")


def _intent_of(text: str, found: Understanding) -> Intent | None:
    kinds = {target.entity.kind for target in found.targets}
    if (lost := _lost(text, kinds)) is not None:
        return lost
    if found.intent in _DEEDS:
        return None
    if _OFFERS.search(text) and not kinds:
        return Intent.HELP
    if found.intent is Intent.CHANGE_HISTORY and kinds & {"application"} and _PEAK.search(text):
        return Intent.USAGE_QUERY
    if found.intent not in _COSTS and kinds & {"application", "project"} and _DEARER.search(text):
        return Intent.COST_BREAKDOWN
    if found.intent is Intent.ROOT_CAUSE and not kinds and _COMMON_ERRORS.search(text):
        return Intent.LOG_QUERY
    if (
        found.intent is not Intent.FORECAST_QUERY
        and not kinds & {"application", "pod"}
        and _LEFT.search(text)
        and not _NOT_OF_NODES.search(text)
    ):
        return Intent.NODE_STATUS
    if not kinds & {"application", "pod"} and _VERSION.search(text):
        return Intent.NODE_STATUS
    if found.intent is not Intent.COST_OPTIMIZATION and _TOO_BIG.search(text) and "node" not in kinds:
        return Intent.OPTIMIZATION
    if (
        (_REQUESTS.search(text) and not _LOGS.search(text))
        or (_SLOWER.search(text) and kinds)
        or is_asked_of_throttling(text)
    ):
        return Intent.PERFORMANCE_ANALYSIS
    return None


def asks_what_then(text: str) -> bool:
    """Whether it is asked what would happen: "what happens if …", "can we survive …"."""
    return _WHAT_THEN.search(text) is not None or _SURVIVES.search(text) is not None


def is_asked_of_throttling(text: str) -> bool:
    """ "Is api-service throttled?"."""
    return _THROTTLED.search(text) is not None and not _LOGS.search(text)


def is_asked_beside_usual(text: str) -> bool:
    """ "Is web-app slower than usual?"."""
    return len(text) <= LONGEST and _SLOWER.search(text) is not None


def _lost(text: str, kinds: Set[str]) -> Intent | None:
    """What a loss would mean: of a node, of an application, of one of its pods."""
    if asks_what_then(text) and LOSS.search(text):
        if "node" in kinds or (not kinds & {"application", "pod"} and _ANY_NODE.search(text)):
            return Intent.NODE_STATUS
        if "pod" in kinds or (kinds and re.search(r"\bpods?\b", text, re.IGNORECASE)):
            return Intent.POD_STATUS
        return Intent.CONNECTIVITY if "application" in kinds else None
    return Intent.CONNECTIVITY if "application" in kinds and _WHO_BREAKS.search(text) else None
