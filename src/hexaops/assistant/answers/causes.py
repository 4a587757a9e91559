"""Why something fails, waits, restarts or is down; and what is wrong at all: based on the findings of a diagnosis.

The cause comes first, under it what it is based on, then what would mend it. What the findings do not explain is said
to be unexplained, with what would be needed: that is no answer to the question (`fulfilled`).
"""

from __future__ import annotations

from collections.abc import Sequence

from hexaops.analysis.applications.model import UNHEALTHY, Application
from hexaops.analysis.diagnosis.causes import Cause
from hexaops.analysis.diagnosis.model import Action, Evidence, Ref, Severity
from hexaops.analysis.diagnosis.remedies import Remedy
from hexaops.assistant.answers.draft import Draft, Suggestion
from hexaops.assistant.answers.facts import Causes, Facts
from hexaops.assistant.answers.lines import (
    NAME_LIMIT,
    listing,
    name_of,
    note_count,
    note_replicas,
    plural,
    replica_words,
)
from hexaops.assistant.answers.possible import actions_for, possible_now
from hexaops.assistant.answers.select import applications_of, filtered
from hexaops.assistant.answers.select import severity as severity_of
from hexaops.assistant.answers.state import show_state
from hexaops.assistant.answers.status import explain
from hexaops.assistant.evidence import KUBERNETES
from hexaops.assistant.understanding.model import Understanding
from hexaops.kit.text import markdown, plain

SHOWN = 8
NAMED = 3
"""Up to so many applications are told in detail."""
EVIDENCE_SHOWN = 4
TEXT_LIMIT = 400
SOURCES = {
    "status": "Status",
    "spec": "Spec",
    "event": "Event",
    "log": "Log",
    "metric": "Measured",
    "symptom": "Follows",
}
REQUESTS = {
    "restart_failing_pods": "Restart the failing pods of {name}",
    "rollback_revision": "Roll back {name}",
    "scale_application": "Scale {name} to {replicas} replicas",
    "start_application": "Start {name}",
}
"""What to say in the chat for a change."""


def answer_causes(asked: Understanding, facts: Facts, draft: Draft) -> None:
    """The answer to a question for a cause."""
    causes = facts.causes
    if causes is None:
        draft.say(f"I can't tell the cause: {markdown(facts.no_causes, TEXT_LIMIT)}.")
        show_state(asked, facts, draft)
        draft.fulfilled = False
        return
    selected = applications_of(asked, facts)
    waiting = filtered(selected, "pending") if asked.parameters.status_filter == "pending" else []
    selected = waiting or selected
    draft.examine(selected)
    draft.offer(actions_for(selected, facts))
    kinds = {found.entity.kind for found in asked.targets}
    nodes = [found.entity.name for found in asked.targets if found.entity.kind == "node"]
    if kinds & {"application", "pod"} and len(selected) <= NAMED:
        for application in selected:
            _one(application, causes, facts, draft)
        draft.shown += [application.id for application in selected]
    elif nodes:
        for name in nodes[:NAMED]:
            _node(name, causes, facts, draft)
    else:
        _all(selected, causes, facts, draft, everything=not (waiting or kinds & {"application", "pod", "project"}))
    _not_read(causes, draft)


def _one(application: Application, causes: Causes, facts: Facts, draft: Draft) -> None:
    name = name_of(application, facts)
    grave = _grave(causes.about(application))
    state = f"{replica_words(application)}, {application.status}"
    draft.gap()
    if not grave:
        noted = note_replicas(draft, application, facts)
        if application.status not in UNHEALTHY:
            draft.say(f"I find nothing wrong with **{name}** ({state}).", noted)
            return
        draft.fulfilled = False
        known = sorted({problem.detail for problem in application.problems})
        unexplained = "none of its objects, events and logs explains it. What the cluster says:"
        if known:
            what = markdown(listing(known, limit=2), TEXT_LIMIT)
            draft.say(f"**{name}** ({state}): {what}. I can't tell why: {unexplained}", noted)
        else:
            draft.say(f"I can't tell why **{name}** is {application.status} ({state}): {unexplained}", noted)
        explain(application, facts, draft)
        return
    first = grave[0]
    replicas = note_replicas(draft, application, facts)
    cause = markdown(first.finding.cause.removeprefix("cannot tell: "), TEXT_LIMIT)
    noted = _note(draft, Evidence("cause", first.finding.subject, first.finding.cause), causes)
    if first.is_told:
        draft.say(f"**{name}** ({state}): {cause}.", replicas, noted)
    else:
        draft.fulfilled = False
        draft.say(f"I can't tell why **{name}** is {application.status} ({state}): {cause}.", replicas, noted)
    _evidence(first, causes, draft)
    _fix(first, facts, draft)
    for other in grave[1:NAMED]:
        _line(other, causes, draft, "Also: ")


def _node(name: str, causes: Causes, facts: Facts, draft: Draft) -> None:
    ref = Ref("Node", "", name)
    about = _grave([one for one in causes.found if one.finding.subject == ref or ref in one.finding.affected])
    draft.gap()
    if not about:
        row = next((node for node in facts.nodes if node.name == name), None)
        state = "unknown" if row is None else "ready" if row.ready else "not ready"
        noted = draft.evidence.note(KUBERNETES, f"Node {name}", state, unit="state", at=facts.freshness.as_of)
        draft.fulfilled = state == "ready"
        words = "I find nothing wrong with" if draft.fulfilled else "I can't tell what is wrong with"
        draft.say(f"{words} node **{markdown(name, NAME_LIMIT)}** ({state}).", noted)
        return
    for one in about[:NAMED]:
        _line(one, causes, draft, "")
        _evidence(one, causes, draft)
        _fix(one, facts, draft)


def _all(selected: Sequence[Application], causes: Causes, facts: Facts, draft: Draft, *, everything: bool) -> None:
    """What is wrong at all, or among those that a filter or a project selects."""
    ids = {application.id for application in selected}
    of_these = [one for one in causes.found if everything or (one.application and one.application.id in ids)]
    grave = _grave(of_these)
    counted = draft.evidence.note(
        KUBERNETES, "objects that the diagnosis looked at", causes.objects, unit="objects", at=causes.taken_at,
        is_query=True,
    )  # fmt: skip
    number = draft.evidence.note(
        KUBERNETES, "findings above low", len(grave), unit="findings", at=causes.taken_at, is_query=True
    )
    if grave:
        verb = "is" if len(grave) == 1 else "are"
        draft.say(f"There {verb} {plural(len(grave), 'problem')} here, the gravest first:", number)
    for at, one in enumerate(grave[:SHOWN]):
        _line(one, causes, draft, "- ")
        if at == 0 or len(grave) <= NAMED:
            _evidence(one, causes, draft)
            _fix(one, facts, draft)
    if len(grave) > SHOWN:
        draft.say(
            f"- … and {len(grave) - SHOWN} more", note_count(draft, facts, len(grave) - SHOWN, "further findings")
        )
    told = {one.application.id for one in grave if one.application and one.is_told}
    unexplained = sorted((a for a in selected if a.status in UNHEALTHY and a.id not in told), key=severity_of)
    if unexplained:
        draft.fulfilled = False
        states = [note_replicas(draft, application, facts) for application in unexplained[:SHOWN]]
        draft.say(f"I can't tell why {listing([name_of(one, facts) for one in unexplained])} is not healthy.", *states)
    elif not grave:
        draft.say(f"I find nothing wrong: I looked at {causes.objects} objects, their events and logs.", counted)
    minor = sum(one.finding.severity is Severity.LOW for one in of_these)
    if minor:
        noted = draft.evidence.note(
            KUBERNETES, "findings: low", minor, unit="findings", at=causes.taken_at, is_query=True
        )
        draft.say(f"Besides, {plural(minor, 'matter')} of hygiene (see `GET …/aiops/diagnosis`).", noted)
    draft.shown += [one.application.id for one in grave[:SHOWN] if one.application]


def _grave(causes: Sequence[Cause]) -> list[Cause]:
    return [one for one in causes if one.finding.severity > Severity.LOW]


def _line(one: Cause, causes: Causes, draft: Draft, lead: str) -> None:
    finding = one.finding
    seen = markdown(finding.finding, TEXT_LIMIT)
    cause = markdown(finding.cause, TEXT_LIMIT)
    noted = _note(draft, Evidence("cause", finding.subject, f"{finding.finding}: {finding.cause}"), causes)
    draft.say(f"{lead}**{markdown(str(finding.subject), NAME_LIMIT)}**: {cause} ({seen})", noted)


def _evidence(one: Cause, causes: Causes, draft: Draft) -> None:
    for item in one.finding.evidence[:EVIDENCE_SHOWN]:
        source = SOURCES.get(item.source, item.source)
        about = markdown(str(item.about), NAME_LIMIT)
        draft.say(f"  - {source} of {about}: “{markdown(item.text, TEXT_LIMIT)}”", _note(draft, item, causes))


def _fix(one: Cause, facts: Facts, draft: Draft) -> None:
    """What would mend it; where a change of the catalogue does, it is suggested, and planned if it is the only one."""
    finding, remedy, application = one.finding, one.remedy, one.application
    if remedy is not None and application is not None:
        draft.say(f"  - What may help: {markdown(remedy.why, TEXT_LIMIT)}.")
        if possible_now(facts):
            _suggest(remedy, application, draft)
        return
    if finding.fix is not None:
        by_hand = "" if finding.fix.action is not Action.CREATE else " (by you: I do not make such objects)"
        draft.say(f"  - What would help: {markdown(finding.fix.summary, TEXT_LIMIT)}{by_hand}.")


def _suggest(remedy: Remedy, application: Application, draft: Draft) -> None:
    draft.remedies.append((application, remedy))
    if remedy.action in REQUESTS:
        message = REQUESTS[remedy.action].format(name=plain(application.name, NAME_LIMIT), **remedy.parameters)
        parameters = {"application_id": application.id, **remedy.parameters}
        draft.suggest(Suggestion(remedy.action, f"Plan it: {message}", message, parameters))


def _not_read(causes: Causes, draft: Draft) -> None:
    for kind, why in [*causes.refused.items()][:NAMED]:
        noted = draft.evidence.note(KUBERNETES, f"list {kind}", "not readable", unit="state", at=causes.taken_at)
        draft.say(f"Not looked at: {kind} (“{markdown(why, TEXT_LIMIT)}”).", noted)


def _note(draft: Draft, item: Evidence, causes: Causes) -> str:
    return draft.evidence.note(KUBERNETES, str(item.about), item.text, unit=item.source, at=causes.taken_at)
