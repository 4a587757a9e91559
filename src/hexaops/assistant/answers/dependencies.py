"""Who depends on an application, and what it depends on, in words."""

from __future__ import annotations

from collections.abc import Sequence

from hexaops.analysis.applications.model import Application
from hexaops.analysis.dependencies import Link
from hexaops.analysis.diagnosis.causes import ref_of
from hexaops.analysis.diagnosis.model import Ref
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, name_of, plural
from hexaops.assistant.evidence import KUBERNETES
from hexaops.kit.text import markdown

SHOWN = 20
TOLD_FROM = (
    "Based on the variables and arguments of the pods. A connection that only a Secret or the program itself names is "
    "not seen."
)


def tell_dependents(application: Application, found: Sequence[Link], facts: Facts, draft: Draft) -> None:
    """Who would notice if it were away."""
    name, own = name_of(application, facts), ref_of(application)
    links = [(one.source, one) for one in found if one.target == own]
    if links:
        verb = "depends" if len(links) == 1 else "depend"
        draft.say(f"{plural(len(links), 'application')} {verb} on **{name}**:")
    else:
        noted = draft.evidence.note(KUBERNETES, f"{own}", 0, unit="dependents", at=facts.freshness.as_of)
        draft.say(f"No application here names a Service of {name} in its settings.", noted)
    _tell(links, facts, draft)


def tell_dependencies(application: Application, found: Sequence[Link], facts: Facts, draft: Draft) -> None:
    """What it needs, and whether that is well."""
    name, own = name_of(application, facts), ref_of(application)
    links = [(one.target, one) for one in found if one.source == own]
    if links:
        draft.say(f"**{name}** depends on {plural(len(links), 'application')}:")
    else:
        noted = draft.evidence.note(KUBERNETES, f"{own}", 0, unit="dependencies", at=facts.freshness.as_of)
        draft.say(f"The settings of {name} name no Service of another application here.", noted)
    _tell(links, facts, draft)


def _tell(links: Sequence[tuple[Ref, Link]], facts: Facts, draft: Draft) -> None:
    known = {ref_of(one): one for one in facts.applications or ()}
    for other, link in links[:SHOWN]:
        application = known.get(other)
        shown = name_of(application, facts) if application else markdown(other.name, NAME_LIMIT)
        state = f" ({application.status.value}, {application.replicas} ready)" if application else ""
        service, setting = markdown(link.service, NAME_LIMIT), markdown(link.setting, NAME_LIMIT)
        value = f"names Service {link.service} in {link.setting}"
        noted = draft.evidence.note(KUBERNETES, f"{link.source}", value, unit="setting", at=facts.freshness.as_of)
        draft.say(f"- {shown}{state}: Service {service} in {setting}", noted)
    if len(links) > SHOWN:
        draft.say(f"- … and {len(links) - SHOWN} more")
    draft.shown += [known[other].id for other, _ in links[:SHOWN] if other in known]
    draft.gap()
    draft.say(TOLD_FROM)
