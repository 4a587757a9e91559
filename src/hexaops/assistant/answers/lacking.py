"""Which applications, or projects, have no object of a kind: how many, then all of them by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, listing, note_count, plural
from hexaops.kit.text import markdown

NAMED = 30
"""Names of one project that are listed."""


class Lacked(Struct, frozen=True):
    """A kind of object in the words of an answer."""

    word: str
    """ "network policy"."""
    then: str = ""
    """What follows from lacking it."""


LACKED: Mapping[str, Lacked] = {
    "policies": Lacked("network policy", "nothing restricts the traffic of their pods"),
    "autoscalers": Lacked("autoscaler", "their replicas only change when somebody scales them"),
    "budgets": Lacked("disruption budget", "a drain may evict all of their pods at once"),
    "services": Lacked("Service", "other pods have no name to reach them by"),
    "hosts": Lacked("host name", "no Ingress leads to them from outside"),
    "claims": Lacked("volume", "what they write into their containers is lost with the pod"),
}


def tell_lacking(
    topic: str,
    lacking: Sequence[Application],
    total: int,
    served: Mapping[str, Sequence[str]],
    facts: Facts,
    draft: Draft,
    *,
    yes_no: bool = False,
) -> None:
    """Those without, by project; `served`: Services to be named beside an application, by its id."""
    lacked, of_all = LACKED[topic], plural(total, "application")
    noted = note_count(draft, facts, len(lacking), f"applications without {lacked.word}")
    lead = "Yes: " if yes_no else ""
    if not lacking:
        lead = "No: none" if yes_no else "None"
        draft.say(f"{lead} of {of_all} lacks a {lacked.word}.", noted)
        return
    verb = "has" if len(lacking) == 1 else "have"
    draft.say(f"{lead}{len(lacking)} of {of_all} {verb} no {lacked.word}, so {lacked.then}:", noted)
    by_project: dict[str, list[str]] = {}
    for one in lacking:
        name, behind = markdown(one.name, NAME_LIMIT), served.get(one.id, ())
        which = f" ({listing([f'Service {markdown(service, NAME_LIMIT)}' for service in behind])})" if behind else ""
        by_project.setdefault(one.project, []).append(f"{name}{which}")
    for project, names in sorted(by_project.items()):
        item = note_count(draft, facts, len(names), f"applications of {project} without {lacked.word}")
        draft.say(f"- {markdown(project, NAME_LIMIT)}: {listing(names, limit=NAMED)}", item)
    draft.shown += [one.id for one in lacking[:NAMED]]


def tell_projects_lacking(lacking: Sequence[str], total: int, facts: Facts, draft: Draft) -> None:
    """Projects without a quota."""
    noted = note_count(draft, facts, len(lacking), "projects without quota")
    if not lacking:
        draft.say(f"None of {plural(total, 'project')} lacks a quota.", noted)
        return
    names = listing([markdown(name, NAME_LIMIT) for name in lacking], limit=NAMED)
    verb = "has" if len(lacking) == 1 else "have"
    draft.say(f"{len(lacking)} of {plural(total, 'project')} {verb} no quota: {names}.", noted)
