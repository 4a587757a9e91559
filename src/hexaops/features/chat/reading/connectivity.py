"""Whether an application reaches another: by rules over Services, endpoints and network policies, or by a probe pod."""

from __future__ import annotations

import re

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.analysis.checks import Check
from hexaops.analysis.dependencies import links
from hexaops.analysis.diagnosis.causes import ref_of
from hexaops.assistant.answers.checks import Tested, tell_connection, tell_connections
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.lines import name_of
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding
from hexaops.assistant.understanding.normalise import word_set
from hexaops.features.chat.planning import Wanted
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.chat.reading.proposing import asks_now, propose
from hexaops.features.diagnostics.reading import CONNECTIVITY, Connection, DiagnosticReader, Place
from hexaops.features.runs.errors import StepFailedError
from hexaops.kit.text import markdown
from hexaops.runbooks.probe import ProbeConnectivity

MOST_TESTED = 200
_WHY = re.compile(r"\bwhy\b|\bhow come\b", re.IGNORECASE)
_PORT = re.compile(r"(?:\bport |:)(\d{1,5})\b")
_REACHED = re.compile(r"\b(?:reach|to|access|with|contact|and) (?:the |service )?([a-z0-9][a-z0-9./-]{1,62}[a-z0-9])")
_NO_NAMES = word_set(
    "reach connect talk access get be it its them each other others port test check see anything everything all any my "
    "our your service services network connectivity from"
)
_BY_POD = re.compile(
    r"\b(?:with|using|via|by|from|start|create|launch|run|make) (?:a|an|one|its own)(?: [\w-]+)? pod\b|"
    r"\bprobe pods?\b|\b(?:run|start|launch|do) (?:a|the) (?:[\w-]+ )?probe\b",
    re.IGNORECASE,
)
"""Says that packets are to be sent."""
_OUTSIDE = re.compile(r"\b(?:internet|external|outside|egress|world)\b|\b[a-z0-9-]+\.(?:com|org|net|io|dev)\b")


class ConnectivityReader(Struct, frozen=True):
    """Answers from the workspace's snapshot."""

    diagnostics: DiagnosticReader

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """The verdict first, then each check."""
        source, target = ends(reading)
        if source is None:
            await self._all(reading, draft)
            return
        draft.shown += [one.id for one in (source, target) if one is not None]
        draft.examine([one for one in (source, target) if one is not None])
        if target is None and _OUTSIDE.search(reading.message.casefold()):
            draft.fulfilled = False
            name = name_of(source, reading.facts)
            draft.say(f"I can't tell whether {name} reaches addresses outside of the cluster: I judge Services only.")
            return
        service = None if target is not None else _service_name(reading, source)
        port = _PORT.search(reading.message)
        wanted = Connection(target.id if target is not None else service, int(port.group(1)) if port else None)
        if wanted.to and _BY_POD.search(reading.message) and asks_now(reading.message, reading.asked.mode):
            await propose(reading, [_probe(reading, source, target, wanted)], draft)
            return
        place = Place(reading.caller.get_workspace(), source)
        found: list[Check] = []
        try:
            for step in CONNECTIVITY:
                found += await self.diagnostics.connectivity(place, step, wanted)
        except StepFailedError as error:
            draft.fulfilled = False
            draft.say(f"I can't tell: {markdown(error.message, 300)}.")
            return
        reached = name_of(target, reading.facts) if target else f"Service {markdown(service, 100)}" if service else None
        why = _WHY.search(reading.message) is not None
        tell_connection(source, reached, found, reading.facts, draft, why=why)
        if reading.caller.get_workspace().policy.probe_image and "execute_actions" in reading.caller.permissions:
            draft.offer([ProbeConnectivity.name])

    async def _all(self, reading: Reading, draft: Draft) -> None:
        """Every connection that the pods' settings name, by the rules."""
        workspace, facts = reading.caller.get_workspace(), reading.facts
        known = {ref_of(one): one for one in facts.applications or ()}
        snapshot = await self.diagnostics.diagnoses.snapshot(workspace, logs=False)
        tested: list[Tested] = []
        for link in links(snapshot)[:MOST_TESTED]:
            if link.source in known and link.target in known:
                wanted = Connection(f"{link.target.namespace}/{link.service}")
                place = Place(workspace, known[link.source])
                found = [
                    one for step in CONNECTIVITY for one in await self.diagnostics.connectivity(place, step, wanted)
                ]
                tested.append(Tested(place.application, known[link.target], found))
        draft.examine([one.source for one in tested])
        tell_connections(tested, facts, draft)


_OF_ALL = re.compile(
    r"\b(?:connectivity|connections?|network(?:ing)?) (?:issues?|problems?|troubles?|errors?|failures?|tests?)\b",
    re.IGNORECASE,
)


def asks_for_connections(message: str, asked: Understanding) -> bool:
    """Whether it asks about connections, and of no application in particular."""
    if asked.targets or asked.unknown_names or asked.is_change_request:
        return False
    return asked.intent in (Intent.DIAGNOSE, Intent.ROOT_CAUSE, Intent.ALERT_QUERY) and bool(_OF_ALL.search(message))


def _probe(reading: Reading, source: Application, target: Application | None, wanted: Connection) -> Wanted:
    """The same question as a plan: a pod of its own tries it."""
    alone = target is not None and reading.facts.names.get(target.name, 1) == 1
    to = target.name if target is not None and alone else wanted.to
    parameters = {"application_id": source.id, "to": to, **({"port": wanted.port} if wanted.port else {})}
    return Wanted(ProbeConnectivity.name, parameters, f"probe the connectivity of {source.name}")


def ends(reading: Reading) -> tuple[Application | None, Application | None]:
    """Who connects, and to whom: in the order of the message, unless "from" says otherwise."""
    text, known = reading.message.casefold(), reading.facts.applications or ()
    mentions = {found.entity.id: found.mention.casefold() for found in reading.asked.targets}
    recent = {*reading.recent} if not mentions else set()
    places: dict[str, int] = {}
    for one in known:
        if one.id in mentions or one.id in recent or reading.facts.names.get(one.name, 1) == 1:
            place = max(_place(text, one.name), text.find(mentions[one.id]) if one.id in mentions else -1)
            if place >= 0 or one.id in mentions or one.id in recent:
                places[one.id] = place
    named = sorted((one for one in known if one.id in places), key=lambda one: places[one.id])
    if len(named) > 1 and text[: max(places[named[1].id], 0)].rstrip().endswith("from"):
        return named[1], named[0]
    return (named[0] if named else None), (named[1] if len(named) > 1 else None)


def _place(text: str, name: str) -> int:
    found = re.search(rf"(?<![\w-]){re.escape(name.casefold())}(?![\w-])", text)
    return found.start() if found else -1


def _service_name(reading: Reading, source: Application) -> str | None:
    """A Service may have a name that no application has."""
    for one in reading.asked.unknown_names:
        return one.mention
    for word in _REACHED.findall(reading.message.casefold()):
        if word not in _NO_NAMES and word != source.name.casefold():
            return str(word)
    return None
