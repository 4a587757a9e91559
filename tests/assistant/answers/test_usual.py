"""Response times beside what is usual, and use beside requests."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from hexaops.analysis.applications.status import application_of
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.reserved import tell_reserved
from hexaops.assistant.answers.usual import tell_beside_usual
from hexaops.backends.metrics.samples import Measured, Samples
from tests.analysis.applications.rows import AT, pod, workload
from tests.assistant.answers.test_insights import FACTS, NOW

STEP = 60.0
OWNER = workload("shop", "web", desired=1)
WEB = application_of(OWNER, [pod(OWNER, 0)], application_id="app-web", now=AT)


@pytest.mark.parametrize(
    ("now", "verdict"),
    [(100.0, "as fast as usual"), (108.0, "as fast as usual"), (150.0, "50% slower"), (50.0, "50% faster")],
)
def test_the_last_minutes_are_compared_with_the_hours_before(now: float, verdict: str) -> None:
    draft = Draft()
    tell_beside_usual(WEB, np.concatenate([np.full(120, 100.0), np.full(5, now)]), STEP, FACTS, draft)
    assert draft.content.startswith(f"**web** is {verdict}")
    assert "100 ms in the median of the 1h 59m before" in draft.content
    assert draft.fulfilled
    assert len(draft.evidence.items) == 2


@pytest.mark.parametrize(
    "values",
    [
        np.concatenate([np.full(200, np.nan), np.full(30, 100.0)]),
        np.concatenate([np.full(200, 100.0), np.full(5, np.nan)]),
        np.full(10, np.nan),
    ],
    ids=["half an hour", "not lately", "nothing"],
)
def test_too_little_history_is_said(values: np.ndarray[Any, np.dtype[np.float64]]) -> None:
    draft = Draft()
    tell_beside_usual(WEB, values, STEP, FACTS, draft)
    assert "slower than usual I can't tell yet" in draft.content
    assert not draft.fulfilled


def test_use_is_told_of_the_requests() -> None:
    row = replace(pod(OWNER, 0), cpu_request=1.0, memory_request=4.0 * 2**30)
    web = application_of(OWNER, [row], application_id="app-web", now=AT)
    samples = Samples(
        "metrics.k8s.io", "pods", by_object={(row.namespace, row.name): Measured(0.25, 2.0**30, NOW.timestamp())}
    )
    draft = Draft()
    tell_reserved([web], replace(FACTS, usage=samples), draft)
    assert "- web: CPU 25% of 1 core, Memory 25% of 4Gi" in draft.content
    draft = Draft()
    tell_reserved([web], FACTS, draft)
    assert draft.content == ""
