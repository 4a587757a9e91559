"""How often applications are held back, told."""

from __future__ import annotations

import numpy as np

from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.status import application_of
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.throttling import tell_throttling
from hexaops.backends.metrics.base import Series, Signal, Subject
from tests.analysis.applications.rows import AT, pod, workload
from tests.assistant.answers.test_insights import FACTS


def _application(name: str) -> Application:
    owner = workload("shop", name, desired=1)
    return application_of(owner, [pod(owner, 0)], application_id=f"app-{name}", now=AT)


def _series(percent: float, reason: str | None = None) -> Series:
    subject = Subject("c", "Deployment", "shop", "web")
    return Series(Signal.CPU_THROTTLED, subject, AT, 30.0, np.full(10, percent), "embedded", "q", reason)


def test_one_is_told_with_its_share() -> None:
    draft = Draft()
    tell_throttling([(_application("web"), _series(12.34))], FACTS, draft)
    assert draft.content == "**web** is throttled in 12.3% of the scheduler's periods of the last five minutes."
    draft = Draft()
    tell_throttling([(_application("web"), _series(0.2))], FACTS, draft)
    assert draft.content.startswith("**web** is not throttled to speak of: it was held back in 0.2% of ")


def test_of_several_those_that_matter_are_listed() -> None:
    draft = Draft()
    tell_throttling([(_application("a"), _series(0.2)), (_application("b"), _series(30.0))], FACTS, draft)
    assert draft.content.startswith("1 of 2 applications is throttled in 1% or more of ")
    assert draft.content.endswith(":\n- b: 30.0%")


def test_what_is_not_measured_has_a_reason() -> None:
    draft = Draft()
    tell_throttling([(_application("a"), _series(float("nan"), "grant get on nodes/proxy"))], FACTS, draft)
    assert draft.content == "I can't tell whether anything is throttled: grant get on nodes/proxy."
    assert not draft.fulfilled
