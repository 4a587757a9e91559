"""Changes that only the whole message asks for; near them, what asks for nothing or for something else."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Intent, Understanding, understand
from hexaops.assistant.understanding.slots import Slots
from testenv.golden.cases import load_worlds

DOCS, SHOP = load_worlds()["docs"], load_worlds()["shop"]


def _parts(text: str) -> tuple[Understanding, ...]:
    asked = understand(text, SHOP if "shop" in text else DOCS)
    return asked.parts or (asked,)


def _planned(text: str) -> list[tuple[Intent, tuple[str, ...]]]:
    return [
        (part.intent, tuple(target.entity.name for target in part.targets))
        for part in _parts(text)
        if part.would_change or part.would_set
    ]


@pytest.mark.parametrize(
    ("text", "intent", "names"),
    [
        ("bounce the unhealthy pods, ns production", Intent.RESTART_FAILING, ()),
        ("stop web-app for the time being please", Intent.STOP_APPLICATION, ("web-app",)),
        ("it'd be nice to have web-app restarted", Intent.RESTART_APPLICATION, ("web-app",)),
        ("gimme 6 web-app pods please", Intent.SCALE_APPLICATION, ("web-app",)),
        ("api-service is broken since the release. the old version back please", Intent.ROLLBACK_APPLICATION,
         ("api-service",)),
        ("roll back web-app and api-service", Intent.ROLLBACK_APPLICATION, ("web-app", "api-service")),
        ("let web-app autoscale between 2 and 8", Intent.AUTOSCALING, ("web-app",)),
    ],
)  # fmt: skip
def test_the_whole_message_asks_for_it(text: str, intent: Intent, names: tuple[str, ...]) -> None:
    assert _planned(text) == [(intent, names)]


@pytest.mark.parametrize(
    "text",
    [
        "web-app would need a restart",
        "with 2 web-app pods we would be fine",
        "restart the log level of web-app",
        "recycle the badge of the web-app team",
        "it'd be wrong to restart web-app now",
        "web-app had been stopped for the time being",
        "the old version of web-app went wrong after the deploy",
        "should we go back to the old version of web-app?",
        "roll back web-app, not api-service, or was it the other way round?",
        "they let web-app autoscale between 2 and 8 pods",
        "when would web-app autoscale between 2 and 8 pods",
        "write down how to autoscale web-app between 2 and 8 pods",
        "bob wants web-app and api-service rolled back",
    ],
)
def test_what_is_only_like_it_is_not_planned(text: str) -> None:
    assert _planned(text) == []


def test_several_applications_get_the_same_variable() -> None:
    (asked,) = _parts("LOG_LEVEL=warn for web-app and api-service please")
    assert asked.would_set
    assert asked.slots == Slots(env=(("LOG_LEVEL", "warn"),))
    assert [target.entity.name for target in asked.targets] == ["web-app", "api-service"]
    assert _planned("set LOG_LEVEL=warn on web-app, it is what api-service has") == []
