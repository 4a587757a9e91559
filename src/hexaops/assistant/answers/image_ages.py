"""How long images have run, and which tags float: what is known of their age, as no registry is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import NAME_LIMIT, listing, name_of, plural, subject_of
from hexaops.assistant.answers.resources import tag_of
from hexaops.assistant.evidence import KUBERNETES
from hexaops.kit.durations import format_duration
from hexaops.kit.text import markdown

SHOWN = 20
FLOATING = frozenset({"", "latest", "stable", "edge", "main", "master", "nightly", "dev"})
"""Tags that are moved from image to image as a rule."""
UNKNOWN = "registries are not asked, so when an image was built and whether a newer one exists is not known here"


def tell_image_ages(
    applications: Sequence[Application], since: Mapping[str, float], facts: Facts, draft: Draft
) -> None:  # fmt: skip
    """Those that run longest first; `since`: when the revision that runs became current, by the application's id."""
    ranked = sorted(applications, key=lambda one: (since.get(one.id, facts.now.timestamp()), one.project, one.name))
    if not ranked:
        draft.say("There is no application.")
        return
    first = ranked[0]
    runs = (
        f"**{name_of(first, facts)}** has run {_images(first)} in its current revision for {_ago(first, since, facts)}"
    )
    noted = _note(first, since, facts, draft)
    if len(ranked) == 1:
        draft.say(f"{runs}; {UNKNOWN}.", noted)
    else:
        draft.say(f"Which are outdated I can't tell: {UNKNOWN}.", noted)
        draft.say(f"Of {plural(len(ranked), 'application')}, {runs}, the longest.", noted)
    floating = [one for one in ranked if any(tag_of(image) in FLOATING for image in one.workload.images)]
    counted = draft.evidence.note(
        KUBERNETES, "applications with a floating tag", len(floating), unit="objects", at=facts.freshness.as_of,
        is_query=True,
    )  # fmt: skip
    if floating:
        names = listing([name_of(one, facts) for one in floating])
        draft.say(f"A tag that may be moved to another image is run by {names}.", counted)
    elif len(ranked) == 1:
        draft.say("Its tag names a version; no floating one such as latest.", counted)
    else:
        draft.say("None of them runs a floating tag such as latest.", counted)
    for one in ranked[:SHOWN] if len(ranked) > 1 else ():
        draft.say(f"- {name_of(one, facts)}: {_images(one)}, for {_ago(one, since, facts)}",
                  _note(one, since, facts, draft))  # fmt: skip
    if len(ranked) > SHOWN:
        draft.say(f"- … and {len(ranked) - SHOWN} more")


def _images(one: Application) -> str:
    return listing([markdown(image, NAME_LIMIT) for image in one.workload.images]) if one.workload.images else "nothing"


def _ago(one: Application, since: Mapping[str, float], facts: Facts) -> str:
    at = since.get(one.id)
    return "an unknown time" if at is None else format_duration(max(0.0, facts.now.timestamp() - at))


def _note(one: Application, since: Mapping[str, float], facts: Facts, draft: Draft) -> str:
    value = f"{', '.join(one.workload.images)} for {_ago(one, since, facts)}"
    return draft.evidence.note(KUBERNETES, subject_of(one), value, unit="image", at=facts.freshness.as_of)
