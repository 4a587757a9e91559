"""Configuration, rollbacks, autoscaling and quotas: planned with the values said, asked for, or left alone."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Intent, Inventory, KnownEntity, Understanding, understand
from hexaops.assistant.understanding.conversation import Conversation
from hexaops.assistant.understanding.slots import Slots
from testenv.golden.cases import load_worlds

DOCS = load_worlds()["docs"]

_AUTO = Slots(min_replicas=2, max_replicas=8, target_cpu_percent=70)


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
        ("set up autoscaling on web-app, 3 to 9 replicas", Intent.AUTOSCALING, Slots(min_replicas=3, max_replicas=9)),
        ("I want an autoscaler on web-app, 3 up to 9", Intent.AUTOSCALING, Slots(min_replicas=3, max_replicas=9)),
        ("let web-app autoscale, 3 minimum 9 maximum", Intent.AUTOSCALING, Slots(min_replicas=3, max_replicas=9)),
        ("remove the autoscaler of web-app", Intent.AUTOSCALING, Slots(enabled=False)),
        ("let web-app autoscale 2-8 with 70% cpu", Intent.AUTOSCALING, _AUTO),
        ("raise the max of web-app's hpa to 10", Intent.AUTOSCALING, Slots(max_replicas=10)),
        ("set maxReplicas of web-app to 10", Intent.AUTOSCALING, Slots(max_replicas=10)),
        (
            "SMTP_HOST of web-app must be mail3.internal now",
            Intent.CONFIG_UPDATE,
            Slots(env=(("SMTP_HOST", "mail3.internal"),)),
        ),
        ("web-app to revision 7 again please", Intent.ROLLBACK_APPLICATION, Slots(revision=7)),
        ("downgrade web-app to the version before", Intent.ROLLBACK_APPLICATION, Slots()),
        ("rollback web-app, the new release is bad", Intent.ROLLBACK_APPLICATION, Slots()),
        ("web-app was better before, put the old version back", Intent.ROLLBACK_APPLICATION, Slots()),
        ("the last deploy broke web-app, roll it back", Intent.ROLLBACK_APPLICATION, Slots()),
        (
            "quota of production: cpu 40, memory 200Gi",
            Intent.UPDATE_QUOTA,
            Slots(hard=(("requests.cpu", "40"), ("requests.memory", "200Gi"))),
        ),
        (
            "change the quota of production to 12 cpu and 80 pods",
            Intent.UPDATE_QUOTA,
            Slots(hard=(("requests.cpu", "12"), ("pods", "80"))),
        ),
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
        "unset LOG_LEVEL on web-app",
        "change API_URL to https://api.example.org/v2 for web-app",
        "roll web-app back to 2.2",
        "set the quota of production and staging to 8 cores",
        "we rolled web-app back to the version before",
        "bob changed LOG_LEVEL of web-app to debug",
        "I want to know the previous revision of web-app",
        "give me the previous version of web-app",
        "web-app was rolled back, check it",
        "the version before was better for web-app",
        "set the quota of production to 40 pods, 50 pods",
    ],
)
def test_what_is_not_asked_for_now_or_not_whole_is_not_planned(text: str) -> None:
    asked = _asked(text)
    assert not any(part.would_set or part.would_change for part in (asked.parts or (asked,)))


def test_a_project_named_like_a_word_is_one_beside_its_quota() -> None:
    shop = load_worlds()["shop"]
    for text in ("monitoring needs a bigger quota, make the memory 48Gi", "raise monitoring's memory quota to 48Gi"):
        asked = understand(text, shop)
        assert (asked.would_set, asked.parameters.namespace) == (True, "monitoring"), text


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("deploy shop/web-app:3.2.0 to web-app", "typo, 3.2.1 i mean"),
        ("deploy shop/web-app:3.2.0 to web-app", "no, 3.2.1"),
        ("set LOG_LEVEL=debug on web-app", "typo, info i mean"),
    ],
)
def test_the_old_value_is_not_planned_where_another_was_meant(first: str, then: str) -> None:
    talk = Conversation(DOCS)
    assert talk.say(first).would_set
    assert not talk.say(then).would_set


def test_a_part_of_a_name_in_passing_is_no_target() -> None:
    shop = Inventory((KnownEntity("app-1", "application", "image-resizer", "media"),))
    asked = understand("roll out a new service from image shop/billing:1.0", shop)
    assert not any(part.wants_plan for part in asked.parts or (asked,))
