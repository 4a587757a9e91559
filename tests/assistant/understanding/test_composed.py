"""Requests put together from a verb, an object, a number and a frame, against the reading that follows from the parts.

Nothing is read by hand: what is right is known from how the sentence was made. A wrong plan fails; asking back never
does, but must stay the exception where the sentence is a plain request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from hexaops.assistant.understanding import Intent, Understanding, understand
from hexaops.assistant.understanding.conversation import Conversation
from hexaops.assistant.understanding.values import wanted_replicas
from testenv.golden.cases import load_worlds

DOCS = load_worlds()["docs"]
NOW = 3
APPLICATIONS = ("web-app", "api-service", "database-app", "search-service", "payment-service")
VERBS = {
    Intent.RESTART_APPLICATION: ("restart", "bounce", "reboot", "recycle"),
    Intent.STOP_APPLICATION: ("stop", "shut down", "turn off", "disable", "kill"),
    Intent.START_APPLICATION: ("start", "bring up", "turn on", "enable"),
}
OTHERS = (
    "tls", "debug logging", "the feature flag", "caching", "the backup", "all connections", "the cron job", "alerts",
    "the health check", "the sidecar", "traffic", "the log level", "tracing", "the migration", "the cache", "http2",
)  # fmt: skip
LINKS = ("of", "on", "for", "in", "from")
COUNTS: tuple[tuple[str, Callable[[int], int]], ...] = (
    ("scale {app} to {n}", lambda n: n),
    ("set {app} to {n} replicas", lambda n: n),
    ("scale {app} from 3 to {n}", lambda n: n),
    ("give {app} {n} more replicas", lambda n: NOW + n),
    ("scale {app} up by {n}", lambda n: NOW + n),
    ("scale {app} down by {n}", lambda n: NOW - n),
    ("remove {n} replicas from {app}", lambda n: NOW - n),
    ("give {app} {n} replicas more", lambda n: NOW + n),
    ("take {app} down by {n}", lambda n: NOW - n),
)
NOT_COUNTS = (
    "scale {app} to no more than {n}", "scale {app} to {n} or {m}", "scale the timeout of {app} to {n}",
    "set the port of {app} to {n}", "give {app} {n} more seconds", "scale {app} to {n}Gi", "scale {app} to minus {n}",
    "give {app} at most {n} replicas", "restart {n} pods of {app}", "scale {app} between {n} and {m}",
)  # fmt: skip
PLAIN = ("{}", "please {}", "can you {}", "could you please {}", "{} now", "{} please", "hey, {}")
NEVER = (
    "don't {}", "do not {} yet", "should I {}?", "what happens if I {}?", "if it fails, {}", "every night, {}",
    "{} tomorrow", "{} if it crashes", "{} at 6pm", "bob told me to {}", "how do I {}?", "who asked you to {}?",
    "why did you {}?", "{}, but only if nobody uses it", "the docs say: {}", 'the ticket says "{}"', "I will {} myself",
    "never {}", "{}? no, don't", "maybe we should {}", "{} later", "would it help to {}?",
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """A sentence and the only plan that is right; `replicas` None: not a number, `intent` None: no plan at all."""

    text: str
    intent: Intent | None
    application: str = ""
    replicas: int | None = None


def _whole(draw: st.DrawFn) -> Said:
    intent = draw(st.sampled_from(sorted(VERBS)))
    verb, application = draw(st.sampled_from(VERBS[intent])), draw(st.sampled_from(APPLICATIONS))
    return Said(f"{verb} {application}", intent, application)


def _of_something(draw: st.DrawFn) -> Said:
    intent = draw(st.sampled_from(sorted(VERBS)))
    verb, other = draw(st.sampled_from(VERBS[intent])), draw(st.sampled_from(OTHERS))
    return Said(f"{verb} {other} {draw(st.sampled_from(LINKS))} {draw(st.sampled_from(APPLICATIONS))}", None)


def _counted(draw: st.DrawFn) -> Said:
    form, wanted = draw(st.sampled_from(COUNTS))
    number, application = draw(st.integers(1, 9)), draw(st.sampled_from(APPLICATIONS))
    replicas = wanted(number)
    text = form.format(app=application, n=number)
    if replicas < 0:
        return Said(text, None)
    return Said(text, Intent.SCALE_APPLICATION, application, replicas)


def _not_counted(draw: st.DrawFn) -> Said:
    number, application = draw(st.integers(1, 9)), draw(st.sampled_from(APPLICATIONS))
    return Said(draw(st.sampled_from(NOT_COUNTS)).format(app=application, n=number, m=number + 1), None)


@st.composite
def sentences(draw: st.DrawFn) -> Said:
    """A request in a frame; what is right follows from both."""
    made = draw(st.sampled_from((_whole, _of_something, _counted, _not_counted)))(draw)
    if draw(st.booleans()):
        return Said(draw(st.sampled_from(NEVER)).format(made.text), None)
    return Said(draw(st.sampled_from(PLAIN)).format(made.text), made.intent, made.application, made.replicas)


def _plans(text: str) -> list[tuple[Intent, tuple[str, ...], int | None]]:
    """What would be planned with three replicas there now."""
    got = understand(text, DOCS)
    return [_plan(part) for part in got.parts or (got,) if part.would_change and _fits(part)]


def _fits(asked: Understanding) -> bool:
    return asked.intent is not Intent.SCALE_APPLICATION or wanted_replicas(asked.parameters, NOW) is not None


def _plan(asked: Understanding) -> tuple[Intent, tuple[str, ...], int | None]:
    names = tuple(target.entity.name for target in asked.targets)
    counted = asked.intent is Intent.SCALE_APPLICATION
    return asked.intent, names, wanted_replicas(asked.parameters, NOW) if counted else None


@given(sentences())
@settings(max_examples=400, deadline=None)
def test_no_composed_sentence_is_planned_wrongly(said: Said) -> None:
    for intent, names, replicas in _plans(said.text):
        assert (intent, names, replicas) == (said.intent, (said.application,), said.replicas), said


def test_plain_requests_are_planned() -> None:
    missed = []
    for intent, verbs in VERBS.items():
        for verb in verbs:
            for frame in PLAIN:
                text = frame.format(f"{verb} web-app")
                if _plans(text) != [(intent, ("web-app",), None)]:
                    missed.append(text)
    for form, wanted in COUNTS:
        for frame in PLAIN:
            text = frame.format(form.format(app="web-app", n=2))
            if _plans(text) != [(Intent.SCALE_APPLICATION, ("web-app",), wanted(2))]:
                missed.append(text)
    assert len(missed) <= 0.05 * len(PLAIN) * (sum(map(len, VERBS.values())) + len(COUNTS)), missed


TERSE: tuple[tuple[str, Callable[[int], int]], ...] = (
    ("{n} more pods for {app} please", lambda n: NOW + n),
    ("could {app} get {n} more pods", lambda n: NOW + n),
    ("{app} +{n}", lambda n: NOW + n),
    ("any chance we could get {app} to {n}?", lambda n: n),
    ("I need {app} at {n}", lambda n: n),
    ("I'd like {app} to run with {n} replicas", lambda n: n),
    ("let's have {n} of {app}", lambda n: n),
    ("{app} should have {n} replicas instead of 3", lambda n: n),
    ("it would be nice if {app} had {n} pods", lambda n: n),
)
TOLD = (
    "{n} pods of {app} crashed", "{app} must be up by {n}", "there should be {n} {app} pods", "{app} has {n} pods",
    "would {n} replicas help {app}", "we should have {n} {app} pods, why are there {m}", "get {n} {app} pods",
    "with {n} {app} pods we would be fine", "only {n} of {m} {app} pods are ready", "are {n} {app} pods enough",
    "{app} {n}x", "I see {n} {app} pods", "last week {app} had {n} pods", "we need {n} {app} pods but have {m}",
)  # fmt: skip
CARRYING = ("and {}", "and {} too", "or {}", "{} as well", "same for {}")


@given(st.sampled_from(TERSE), st.integers(2, 9), st.sampled_from(APPLICATIONS))
@settings(max_examples=120, deadline=None)
def test_a_wish_without_a_verb_is_planned_as_it_says_or_asked(
    form: tuple[str, Callable[[int], int]], number: int, application: str
) -> None:
    text, wanted = form
    for plan in _plans(text.format(app=application, n=number)):
        assert plan == (Intent.SCALE_APPLICATION, (application,), wanted(number)), text


@given(st.sampled_from(TOLD), st.integers(2, 9), st.sampled_from(APPLICATIONS))
@settings(max_examples=150, deadline=None)
def test_what_is_only_told_of_a_count_is_no_request(form: str, number: int, application: str) -> None:
    assert not _plans(form.format(app=application, n=number, m=number + 1)), form


@given(st.sampled_from(NEVER), st.sampled_from(CARRYING), st.sampled_from(sorted(VERBS)))
@settings(max_examples=150, deadline=None)
def test_what_was_no_request_is_none_for_the_next_name_either(frame: str, carrying: str, intent: Intent) -> None:
    talk = Conversation(DOCS)
    talk.say(frame.format(f"{VERBS[intent][0]} web-app"))
    assert not talk.say(carrying.format("api-service")).would_change, (frame, carrying)


def test_most_wishes_are_understood() -> None:
    made = [_plans(text.format(app="web-app", n=5)) for text, _ in TERSE]
    assert sum(bool(plans) for plans in made) >= len(TERSE) - 1, [
        t for (t, _), p in zip(TERSE, made, strict=True) if not p
    ]
