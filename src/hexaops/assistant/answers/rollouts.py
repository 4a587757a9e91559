"""Whether the pods of applications are of their current revision, and ready: how the last rollout went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import TEXT_LIMIT, listing, name_of, note_count, note_replicas, plural
from hexaops.kit.durations import format_duration
from hexaops.kit.text import markdown

SHOWN = 20
EXCEEDED = "ProgressDeadlineExceeded"


def tell_rollouts(
    selected: Sequence[Application], since: Mapping[str, float], facts: Facts, draft: Draft, *, going_on: bool
) -> None:
    """Of one application how its last rollout went; of several which are not through. `going_on`: whether one is."""
    if len(selected) == 1:
        _tell_one(selected[0], since.get(selected[0].id), facts, draft, going_on=going_on)
        return
    unfinished = [one for one in selected if not is_through(one)]
    noted = note_count(draft, facts, len(unfinished), "applications whose rollout is not through")
    of_all = plural(len(selected), "application")
    if not unfinished:
        lead = "No rollout is going on" if going_on else "Each rollout is through"
        draft.say(f"{lead}: all pods of {of_all} are of their current revision.", noted)
    else:
        names = listing([name_of(one, facts) for one in unfinished])
        verb = "is" if len(unfinished) == 1 else "are"
        draft.say(f"{len(unfinished)} of {of_all} {verb} not through {'its' if len(unfinished) == 1 else 'their'} "
                  f"rollout: {names}.", noted)  # fmt: skip
    for one in unfinished[:SHOWN]:
        draft.say(f"- {name_of(one, facts)}: {_progress(one)}", note_replicas(draft, one, facts))
    for one in [one for one in selected if is_through(one) and one.ready < one.desired][:SHOWN]:
        trouble = markdown(one.trouble, TEXT_LIMIT) or f"{one.ready} of {one.desired} ready"
        draft.say(f"- {name_of(one, facts)} is through, but not whole: {trouble}", note_replicas(draft, one, facts))
    draft.shown += [one.id for one in unfinished[:SHOWN]]


def is_through(one: Application) -> bool:
    """Whether the controller has seen the current template, and every wanted pod is of it."""
    row = one.workload
    return row.observed_generation >= row.generation and row.updated >= row.desired and row.current <= row.desired


def _tell_one(one: Application, at: float | None, facts: Facts, draft: Draft, *, going_on: bool) -> None:
    noted = note_replicas(draft, one, facts)
    name, images = f"**{name_of(one, facts)}**", listing([markdown(image, TEXT_LIMIT) for image in one.workload.images])
    ago = f", {format_duration(max(0.0, facts.now.timestamp() - at))} ago" if at is not None else ""
    stuck = any(one.type == "Progressing" and one.reason == EXCEEDED for one in one.workload.conditions)
    if stuck:
        draft.say(f"No: the rollout of {name} ({images}) is stuck beyond its deadline: {_progress(one)}.", noted)
    elif not is_through(one):
        lead = "Yes" if going_on else "Not yet"
        draft.say(f"{lead}: the rollout of {name} ({images}) is going on: {_progress(one)}.", noted)
    elif going_on:
        draft.say(f"No: the last rollout of {name} ({images}{ago}) is through: {_progress(one)}.", noted)
    elif one.ready >= one.desired:
        draft.say(f"Yes: the last rollout of {name} ({images}{ago}) is through: {_progress(one)}.", noted)
    else:
        ready = f"only {one.ready} of {one.desired} ready ({markdown(one.trouble, TEXT_LIMIT)})"
        draft.say(f"In part: the last rollout of {name} ({images}{ago}) is through, but {ready}.", noted)
    draft.shown.append(one.id)


def _progress(one: Application) -> str:
    row = one.workload
    return f"{min(row.updated, row.desired)} of {plural(row.desired, 'pod')} of its revision, {one.ready} ready"
