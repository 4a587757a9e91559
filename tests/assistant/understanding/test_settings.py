"""Configuration, rollbacks, autoscaling and quotas: planned with the values said, asked for, or left alone."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Intent, Understanding, understand
from hexaops.assistant.understanding.slots import Slots
from testenv.golden.cases import load_worlds

DOCS = load_worlds()["docs"]


def _asked(text: str) -> Understanding:
    return understand(text, DOCS)


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("set LOG_LEVEL=debug on web-app", Intent.CONFIG_UPDATE, Slots(env=(("LOG_LEVEL", "debug"),))),
        ("could you change CACHE_TTL to 300 for web-app", Intent.CONFIG_UPDATE, Slots(env=(("CACHE_TTL", "300"),))),
        (
            "let web-app have API_URL=https://api.example.org/v2",
            Intent.CONFIG_UPDATE,
            Slots(env=(("API_URL", "https://api.example.org/v2"),)),
        ),
        ("web-app should be running nginx:1.27.1", Intent.CONFIG_UPDATE, Slots(image="nginx:1.27.1")),
        ("roll web-app back to the previous version", Intent.ROLLBACK_APPLICATION, Slots()),
        ("revert web-app to revision 4", Intent.ROLLBACK_APPLICATION, Slots(revision=4)),
        (
            "create an HPA for web-app, min 2, max 8, target cpu 60 %",
            Intent.AUTOSCALING,
            Slots(min_replicas=2, max_replicas=8, target_cpu_percent=60),
        ),
        ("autoscale web-app, 3 to 9", Intent.AUTOSCALING, Slots(min_replicas=3, max_replicas=9)),
        ("remove the autoscaler of web-app", Intent.AUTOSCALING, Slots(enabled=False)),
        ("memory quota of production to 128Gi", Intent.UPDATE_QUOTA, Slots(hard=(("requests.memory", "128Gi"),))),
    ],
)
def test_values_are_taken_from_the_sentence(text: str, intent: Intent, slots: Slots) -> None:
    asked = _asked(text)
    assert (asked.intent, asked.slots, asked.would_set) == (intent, slots, True)


@pytest.mark.parametrize(
    "text",
    [
        "is LOG_LEVEL=debug on web-app?",
        "who set LOG_LEVEL=debug on web-app",
        "don't set LOG_LEVEL=debug on web-app",
        "set LOG_LEVEL=debug on web-app tomorrow",
        "if it fails, set LOG_LEVEL=debug on web-app",
        "should the error rate go over 5 %, roll web-app back",
        "web-app was rolled back to revision 4",
        "how do I roll web-app back?",
        "bob said: roll web-app back to revision 4",
        "at most 4 web-app replicas from now on",
        "scale web-app to 80% cpu",
        "raise the quota of production by 8 cores",
        "set LOG_LEVEL=debug on web-app and api-service",
        "unset LOG_LEVEL on web-app",
        "roll web-app back to 2.2",
        "set the quota of production and staging to 8 cores",
    ],
)
def test_what_is_not_asked_for_now_or_not_whole_is_not_planned(text: str) -> None:
    asked = _asked(text)
    assert not any(part.would_set or part.would_change for part in (asked.parts or (asked,)))
