"""Requests for the further kinds of change, made of parts: a plan has the values that were put in, or is none.

As in `test_composed`, what is right follows from how the sentence was made.
"""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from hexaops.assistant.understanding import Intent, Understanding, understand
from hexaops.assistant.understanding.slots import Slots
from testenv.golden.cases import load_worlds
from tests.assistant.understanding.test_composed import APPLICATIONS, NEVER, PLAIN

DOCS = load_worlds()["docs"]
PROJECTS = ("production",)
VARIABLES = ("LOG_LEVEL", "CACHE_TTL", "MAX_RETRIES", "API_URL")
VALUES = ("debug", "300", "https://api.example.org/v2", "off", "eu-west-1")
IMAGES = ("nginx:1.27.1", "ghcr.io/acme/web:2.4.0", "redis:7.2.4-alpine")
CONFIGURATIONS = (
    "set {var}={value} on {app}", "change {var} to {value} for {app}", "add {var}={value} to {app}",
    "update {app}: {var}={value}", "put {var}={value} on {app}",
)  # fmt: skip
DEPLOYMENTS = ("deploy {image} to {app}", "set the image of {app} to {image}", "update {app} to {image}")
ROLLBACKS = ("roll back {app}", "revert {app} to the previous version", "roll {app} back to the version before")
REVISIONS = ("roll back {app} to revision {n}", "revert {app} to revision {n}", "go back to revision {n} of {app}")
AUTOSCALERS = (
    "autoscale {app} between {n} and {m}", "create an hpa for {app}, min {n}, max {m}",
    "set up autoscaling for {app} from {n} to {m} replicas", "autoscale {app} {n}-{m}",
)  # fmt: skip
QUOTAS = ("set the memory quota of {project} to {n}Gi", "raise the memory quota of {project} to {n}Gi")
FAILING = (
    "restart everything that is failing", "restart all failing pods", "restart the failing apps",
    "bounce whatever is crashing", "heal all the broken apps",
)  # fmt: skip
FAILING_OF = ("restart the failing pods of {app}", "bounce the crashed pods of {app}")
SPOILED = (
    "set {var} on {app}", "set {var}={value} on {app} and {other}", "roll back {app} to revision minus {n}",
    "autoscale {app} between {m} and {n}", "raise the quota of {project} by {n} cores", "set the image of {app}",
    "is {var}={value} on {app}", "{app} was rolled back to revision {n}", "we rolled {app} back",
    "what is the max of {app}'s hpa", "show the revision {n} of {app}", "the memory quota of {project} is {n}Gi",
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """A sentence and the only plan that is right: `intent` None for none at all."""

    text: str
    intent: Intent | None
    target: str = ""
    slots: Slots | None = None


def _made(draw: st.DrawFn) -> Said:
    app, low = draw(st.sampled_from(APPLICATIONS)), draw(st.integers(1, 9))
    high, project = low + draw(st.integers(1, 9)), draw(st.sampled_from(PROJECTS))
    name, value = draw(st.sampled_from(VARIABLES)), draw(st.sampled_from(VALUES))
    image, other = draw(st.sampled_from(IMAGES)), draw(st.sampled_from([a for a in APPLICATIONS if a != app]))
    kinds: tuple[tuple[tuple[str, ...], Intent | None, str, Slots | None], ...] = (
        (CONFIGURATIONS, Intent.CONFIG_UPDATE, app, Slots(env=((name, value),))),
        (DEPLOYMENTS, Intent.CONFIG_UPDATE, app, Slots(image=image)),
        (ROLLBACKS, Intent.ROLLBACK_APPLICATION, app, Slots()),
        (REVISIONS, Intent.ROLLBACK_APPLICATION, app, Slots(revision=low)),
        (AUTOSCALERS, Intent.AUTOSCALING, app, Slots(min_replicas=low, max_replicas=high)),
        (QUOTAS, Intent.UPDATE_QUOTA, project, Slots(hard=(("requests.memory", f"{low}Gi"),))),
        (FAILING, Intent.RESTART_FAILING, "", None),
        (FAILING_OF, Intent.RESTART_FAILING, app, None),
        (SPOILED, None, "", None),
    )
    forms, intent, target, slots = draw(st.sampled_from(kinds))
    words = {"app": app, "n": low, "m": high, "project": project, "var": name, "value": value, "image": image}
    return Said(draw(st.sampled_from(forms)).format(**words, other=other), intent, target, slots)


@st.composite
def sentences(draw: st.DrawFn) -> Said:
    """A request in a frame; what is right follows from both."""
    made = _made(draw)
    if draw(st.booleans()):
        return Said(draw(st.sampled_from(NEVER)).format(made.text), None)
    return Said(draw(st.sampled_from(PLAIN)).format(made.text), made.intent, made.target, made.slots)


def _plans(text: str) -> list[tuple[Intent, str, Slots | None]]:
    got = understand(text, DOCS)
    return [_plan(part) for part in got.parts or (got,) if part.would_change or part.would_set]


def _plan(asked: Understanding) -> tuple[Intent, str, Slots | None]:
    names = [target.entity.name for target in asked.targets]
    of_project = asked.intent is Intent.UPDATE_QUOTA
    return asked.intent, asked.parameters.namespace or "" if of_project else " ".join(names), asked.slots


@given(sentences())
@settings(max_examples=150, deadline=None)
def test_no_composed_sentence_is_planned_with_other_values(said: Said) -> None:
    for plan in _plans(said.text):
        assert plan == (said.intent, said.target, said.slots), said


def test_plain_requests_are_planned() -> None:
    words = {"app": "web-app", "n": 2, "m": 7, "project": "production", "var": "LOG_LEVEL", "value": "debug"}
    every = (*CONFIGURATIONS, *DEPLOYMENTS, *ROLLBACKS, *REVISIONS, *AUTOSCALERS, *QUOTAS, *FAILING, *FAILING_OF)
    texts = [frame.format(form.format(**words, image="nginx:1.27.1")) for frame in PLAIN[:5] for form in every]
    missed = [text for text in texts if not _plans(text)]
    assert len(missed) <= 0.05 * len(texts), missed
