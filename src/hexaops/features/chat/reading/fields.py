"""Questions for single fields: addresses, owners, variables, probes, numbers of replicas, and what templates say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import eq, ge, gt, lt

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers import fields as told
from hexaops.assistant.answers.configuration import tell_configuration
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.lines import plural
from hexaops.assistant.answers.overall import tell_evicted, tell_killed, tell_projects, tell_requested
from hexaops.assistant.answers.resources import tell_services
from hexaops.assistant.answers.since import tell_since
from hexaops.assistant.answers.templates import FIELDS, tell_labelled, tell_template
from hexaops.assistant.understanding.intents import Intent, Mode
from hexaops.assistant.understanding.model import Understanding
from hexaops.backends.kubernetes.rows import PodRow, ServiceRow
from hexaops.features.applications.service import ApplicationService
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.chat.reading.questions import is_refused
from hexaops.features.chat.reading.resources import without_names
from hexaops.features.diagnosis.service import DiagnosisService

_INTENTS = frozenset({
    Intent.LIST_RESOURCES, Intent.STATUS_QUERY, Intent.POD_STATUS, Intent.USAGE_QUERY, Intent.HIGH_USAGE,
    Intent.CONFIG_UPDATE, Intent.CONNECTIVITY, Intent.OUT_OF_SCOPE, Intent.UNCLEAR, Intent.SECURITY_QUERY,
})  # fmt: skip
"""Intents that a question for such a field is taken for."""
_FURTHER = frozenset({
    Intent.ACTION_QUESTION, Intent.ACTION_STATUS, Intent.ALERT_QUERY, Intent.AUTOSCALING, Intent.DIAGNOSE,
    Intent.NODE_STATUS, Intent.ROLLBACK_APPLICATION,
})  # fmt: skip
"""Intents that a question for what a template says is taken for, too."""
_ASKS = re.compile(
    r"^\W*(?:and |so |please |ok(?:ay)?,? |hey,? |now )*(?:which|what|whats|what's|who|whose|"
    r"how (?:much|many|long|big|is|are)|describe|is|are|does|do|has|have|can you|could you|show|list|give|print|tell|"
    r"any|find|get|where)\b"
)
_SINCE = re.compile(
    r"\bsince when\b|"
    r"\bhow long (?:has|have|is|are|was|were)\b.*\b(?:degraded|down|fail(?:ing|ed)|broken|unhealthy|healthy|pending|"
    r"crash\w{0,10}|(?:not |un)ready|ready|unavailable|like (?:this|that)|in this state)\b|"
    r"\bwhen did\b.*\b(?:fail|break|go (?:down|wrong)|(?:start|begin) (?:failing|crashing)|degrade|stop working|"
    r"become (?:degraded|unhealthy|unavailable))\b"
)
_BEGAN = re.compile(
    r"\bwhen did\b.*\b(?:fail|break|go (?:down|wrong)|(?:start|begin) (?:failing|crashing|to (?:fail|crash))|degrade|"
    r"stop working|become (?:degraded|unhealthy|unavailable))\b"
)
""" "When did it start failing?", which is taken for a question for changes, or for "when it fails, tell me"."""
_SINCE_INTENTS = frozenset({
    Intent.DIAGNOSE, Intent.ROOT_CAUSE, Intent.STATUS_QUERY, Intent.POD_STATUS, Intent.ACTION_STATUS,
    Intent.ALERT_QUERY, Intent.LIST_RESOURCES, Intent.UNCLEAR,
})  # fmt: skip
_REPLICAS = re.compile(
    r"\b(?:which|what|list|show|any)\b.*?\b(?:(?P<more>more than|over|above)|(?P<least>at least)|"
    r"(?P<less>less than|fewer than|under|below)|only|just|exactly|a|an|with|have|has)? ?"
    r"(?P<count>\d{1,4}|one|single|two|three) (?:replicas?|cop(?:y|ies)|pods?|instances?)\b"
)
_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
_LABEL = re.compile(r"(?<![\w./-])([a-z0-9][\w./-]{0,200})=([\w.-]{1,63})", re.IGNORECASE)
""" "tier=web": a label that is asked for."""
_TOPICS = (
    (
        "projects",
        re.compile(
            r"\bhow many (?:namespaces|projects)\b|"
            r"\b(?:which|what|list|show)(?: me)?(?: all| the)*(?: namespaces| projects)"
            r"(?: are there| exist| do (?:i|we) have)?\W*$|"
            r"\b(?:namespace|project) (?:has|with|runs)\b.*\b(?:most|fewest) (?:pods?|replicas?|apps?|applications?)\b"
        ),
    ),
    ("killed", re.compile(r"\boom[- ]?kill\w*|\boom(?:s|ed)?\b|\b(?:ran|run|went) out of memory\b")),
    ("evicted", re.compile(r"\bevict(?:ed|ions?)\b")),
    (
        "requested",
        re.compile(
            r"\b(?:requested|reserved)\b.*\b(?:total|altogether|overall|in all)\b|"
            r"\b(?:total|sum of)\b.*\b(?:requests?|requested|reserved)\b"
        ),
    ),
    (
        "ranked",
        re.compile(r"\b(?:most|fewest|least|largest|smallest)(?: number of)? (?:replicas?|pods?|instances?|copies)\b"),
    ),
    (
        "names",
        re.compile(
            r"\bdns(?: names?)?\b|\b(?:cluster|service)[ -]?ips?\b|\binternal (?:address|names?|urls?|host ?names?)\b"
        ),
    ),
    ("pulls", re.compile(r"\bpull[ -]?polic(?:y|ies)\b")),
    ("grace", re.compile(r"\bgrace[ -]?periods?\b|\bgraceful(?:ly)? (?:shutdown|termination|stop)\b")),
    (
        "placement",
        re.compile(
            r"\bnode ?selectors?\b|\b(?:anti-?)?affinit(?:y|ies)\b|\btolerat(?:es?|ions?)\b|"
            r"\b(?:topology )?spread constraints?\b|\bpriority ?class(?:es)?\b"
        ),
    ),
    ("accounts", re.compile(r"\bservice ?accounts?\b")),
    ("strategy", re.compile(r"\bstrateg(?:y|ies)\b|\bmax ?(?:surge|unavailable)\b|\brolling updates?\b")),
    ("annotations", re.compile(r"\bannotat(?:ions?|ed)\b")),
    ("labels", re.compile(r"\blabel(?:s|led|ed)?\b")),
    (
        "containers",
        re.compile(
            r"\b(?:how many|which|what) (?:init )?containers (?:does|do|are in|has|make up)\b|"
            r"\b(?:sidecars?|init ?containers?)\b"
        ),
    ),
    ("ports", re.compile(r"\bports?\b")),
    ("probes", re.compile(r"\b(?:liveness|readiness|startup|health)[ -]?(?:probes?|checks?)\b|\bprobes?\b")),
    ("maps", re.compile(r"\bconfig[ -]?maps?\b")),
    ("variables", re.compile(r"\benv(?:ironment)?(?:[ -]?var(?:iable)?s?)?\b|\bvariables?\b")),
    ("addresses", re.compile(r"\bips?\b|\bip[ -]?address(?:es)?\b|\bpod address(?:es)?\b")),
    (
        "owners",
        re.compile(
            r"\b(?:who|what|which \w+) (?:owns?|controls?|looks after|is responsible for|maintains?)\b|\bowners?\b|"
            r"\bwhich \w+ does\b.*\bbelongs? to\b|\bwho(?:m|se)?\b.*\bbelongs?\b"
        ),
    ),
    (
        "missing",
        re.compile(
            r"\b(?:replicas?|pods?|instances?)\b.*\b(?:missing|lacking|short|not (?:there|ready))\b|"
            r"\b(?:missing|short of|lack(?:ing|s)?)\b.*\b(?:replicas?|pods?|instances?)\b"
        ),
    ),
    ("replicas", _REPLICAS),
    ("commands", re.compile(r"\b(?:commands?|entry ?points?|args|arguments)\b")),
    ("secrets", re.compile(r"\bsecrets?\b")),
    (
        "configuration",
        re.compile(
            r"\bconfig(?:uration|ured|s)?\b|\bmanifests?\b|\bya?ml\b|\b(?:pod |workload )?(?:spec|template)\b|"
            r"\bsettings\b|\bdescribe\b|\bdefin(?:ition|ed)\b|\bset up\b"
        ),
    ),
)
_JUDGES: Mapping[str, Callable[[int, int], bool]] = {"exactly": eq, "more": gt, "less": lt, "least": ge}
_COUNTS = {"one": 1, "single": 1, "two": 2, "three": 3}
_OF_PODS = re.compile(r"\bhow many\b|\bnumber of\b|\bcount\b")
_SINGLE = re.compile(r"\b(?:liveness|readiness|startup)\b")
_WHOLE = frozenset({"commands", "secrets", "configuration"})
"""What is taken for still more: a configuration for a backup, a secret for a finding."""
_WHOLE_INTENTS = frozenset(
    {Intent.BACKUP, Intent.WORKSPACE_GUIDE, Intent.HELP, Intent.EVENT_QUERY, Intent.OPTIMIZATION}
)
_OF_NAMED = frozenset({"variables", "owners", "containers", "labels", "annotations", *_WHOLE})
"""Told of applications that are named: of all of them, the words mean something else or say too little."""
_OF_BACKUPS = re.compile(r"\bback(?:ed)?[ -]?ups?\b|\brestore\b|\bchanged?\b|\bchanges\b|\bplain ?text\b")
_COMMAND_OF = re.compile(r"^\W*(?:what|which)(?: is the| are the)? (?:commands?|args|arguments|entry ?points?)\b")
NAMED_LIMIT = 5


def field_of(message: str, applications: Sequence[Application], asked: Understanding) -> str:
    """Which field a question is for, or ""."""
    text = without_names(message, applications)
    named = any(found.entity.kind in {"application", "pod"} for found in asked.targets)
    if is_refused(asked):
        return "commands" if named and _COMMAND_OF.search(text) else ""
    if asked.intent in (Intent.CHANGE_HISTORY, Intent.ALERT_CREATE):
        return "since" if asked.targets and _BEGAN.search(text) else ""
    changes = asked.is_change_request or asked.wants_plan or asked.mode in (Mode.REQUEST, Mode.NEGATED, Mode.HOWTO)
    if changes or asked.intent not in _INTENTS | _FURTHER | _SINCE_INTENTS | _WHOLE_INTENTS:
        return ""
    if named and _VARIABLE.search(message) and (_ASKS.search(text) or asked.intent is Intent.LIST_RESOURCES):
        return "variables"
    if asked.intent in _SINCE_INTENTS and _SINCE.search(text):
        return "since"
    found = next((topic for topic, words in _TOPICS if words.search(text)), "")
    if not found or not (_ASKS.search(text) or asked.intent is Intent.LIST_RESOURCES):
        return ""
    return found if _is_asked_so(found, text, asked, named=named) or _is_labelled(found, message) else ""


def _is_labelled(found: str, message: str) -> bool:
    return found == "labels" and _LABEL.search(message) is not None


def _is_asked_so(found: str, text: str, asked: Understanding, *, named: bool) -> bool:
    """Whether the field is asked for in a question that was taken so."""
    if found in _WHOLE:
        return named and not _OF_BACKUPS.search(text)
    if asked.intent in _WHOLE_INTENTS:
        return False
    if asked.intent in _FURTHER and (found not in FIELDS or (not named and found != "ports")):
        return False
    if found == "missing" and not (_OF_PODS.search(text) or "which" in text or "any" in text or "are we" in text):
        return False
    if found == "probes" and asked.intent not in (Intent.LIST_RESOURCES, Intent.STATUS_QUERY, Intent.UNCLEAR):
        return False
    if found == "addresses" and any(one.entity.kind == "node" for one in asked.targets):
        return False
    return named or found not in _OF_NAMED


class FieldReader(Struct, frozen=True):
    """Answers from the watch cache, and of templates from the workspace's snapshot."""

    diagnoses: DiagnosisService
    applications: ApplicationService

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """The field that was asked for, of what was named."""
        facts, selected = reading.facts, reading.select(draft)
        topic = field_of(reading.message, facts.applications or (), reading.asked)
        match topic:
            case "addresses":
                told.tell_addresses(_pods(reading, selected), facts, draft)
            case "owners":
                for one in selected[:NAMED_LIMIT]:
                    told.tell_owners(one, _pods(reading, [one]), facts, draft)
            case "since":
                tell_since(selected, facts, draft, named=reading.is_named)
            case "ranked":
                fewest = re.search(r"\b(?:fewest|least|smallest)\b", reading.message, re.IGNORECASE) is not None
                told.tell_ranked(selected, facts, draft, fewest=fewest)
            case "projects" | "killed" | "evicted" | "requested":
                self._overall(topic, reading, selected, draft)
            case "names":
                told.tell_names(self._services_of(reading, selected), facts, draft)
            case "missing":
                told.tell_missing(selected, facts, draft)
            case "replicas":
                self._by_replicas(reading, selected, draft)
            case _:
                await self._of_template(topic, reading, selected, draft)

    def _overall(self, topic: str, reading: Reading, selected: Sequence[Application], draft: Draft) -> None:
        match topic:
            case "projects":
                tell_projects(reading.facts, draft, message=reading.message)
            case "killed":
                tell_killed(selected, reading.facts, draft)
            case "evicted":
                tell_evicted(self.applications.all_pods(reading.caller.get_workspace()), reading.facts, draft)
            case _:
                tell_requested(selected, reading.facts, draft)

    async def _of_template(
        self, topic: str, reading: Reading, selected: Sequence[Application], draft: Draft
    ) -> None:  # fmt: skip
        snapshot = await self.diagnoses.snapshot(reading.caller.get_workspace(), logs=False)
        asked = _LABEL.search(reading.message)
        if topic == "labels" and asked:
            only_value = all(found.entity.name == asked[2] for found in reading.asked.targets)  # "app=web-app"
            among = reading.facts.applications or () if only_value else selected
            tell_labelled(asked[1], asked[2], among, reading.facts, draft)
        elif topic == "ports" and not reading.is_named:
            self._services(reading, selected, draft)
        elif topic in FIELDS:
            tell_template(topic, selected, snapshot, reading.facts, draft)
            if topic == "ports":
                self._services(reading, selected, draft)
        elif topic == "probes":
            text = without_names(reading.message, reading.facts.applications or ())
            kinds = [kind for kind in told.PROBES if kind in _SINGLE.findall(text)] or ["liveness", "readiness"]
            told.tell_probes(selected, snapshot, kinds, reading.facts, draft)
        elif topic == "configuration":
            for one in selected[:NAMED_LIMIT]:
                tell_configuration(one, snapshot, reading.facts, draft)
        elif topic == "maps":
            told.tell_mounted(selected, snapshot, reading.facts, draft)
        else:
            wanted = [*dict.fromkeys(_VARIABLE.findall(reading.message))]
            for one in selected[:NAMED_LIMIT]:
                told.tell_variables(one, snapshot, wanted, reading.facts, draft)

    def _services(self, reading: Reading, selected: Sequence[Application], draft: Draft) -> None:
        """What leads to the ports."""
        workspace = reading.caller.get_workspace()
        served: dict[str, list[str]] = {}
        for one in selected:
            for row in self.applications.services(workspace, one):
                served.setdefault(row.uid, []).append(one.name)
        if reading.is_named or reading.projects:
            rows = self._services_of(reading, selected)
        else:
            rows = _by_name(self.applications.rows(workspace, "Service"))
        tell_services(rows, served, reading.facts, draft)

    def _services_of(self, reading: Reading, selected: Sequence[Application]) -> list[ServiceRow]:
        workspace = reading.caller.get_workspace()
        found = {row.uid: row for one in selected for row in self.applications.services(workspace, one)}
        return _by_name(found.values())

    def _by_replicas(self, reading: Reading, selected: Sequence[Application], draft: Draft) -> None:
        said = _REPLICAS.search(without_names(reading.message, reading.facts.applications or ()))
        assert said is not None
        count = _COUNTS.get(said["count"]) or int(said["count"])
        words, fits = "", _JUDGES["exactly"]
        for name, bound in (("more", "more than "), ("less", "less than "), ("least", "at least ")):
            if said[name]:
                words, fits = bound, _JUDGES[name]
        found = [one for one in selected if fits(one.desired, count)]
        told.tell_by_replicas(found, len(selected), f"{words}{plural(count, 'replica')}", reading.facts, draft)


def _pods(reading: Reading, selected: Sequence[Application]) -> list[PodRow]:
    """Those that were named, else all of the applications."""
    names = {found.entity.name for found in reading.asked.targets if found.entity.kind == "pod"}
    return [pod for one in selected for pod in one.pods if not names or pod.name in names]


def _by_name(rows: Iterable[ServiceRow]) -> list[ServiceRow]:
    return sorted(rows, key=lambda row: (row.namespace, row.name))
