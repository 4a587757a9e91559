"""Messages that read like a request and are none, and the requests that stand beside them."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Understanding, understand
from hexaops.assistant.understanding.conversation import Conversation
from testenv.golden.cases import load_worlds

DOCS = load_worlds()["docs"]


def _planned(got: Understanding) -> list[Understanding]:
    return [part for part in (got.parts or (got,)) if part.would_change or part.would_set]


@pytest.mark.parametrize(
    "text",
    [
        "chore(web-app): scale web-app to 5",
        "fix: restart web-app",
        "Re: restart web-app",
        "[ops weekly] restart web-app",
        "@ines can you restart web-app",
        "hey @ops.lead restart web-app please",
        "you can restart web-app whenever you like, right?",
        "restart web-app, or not?",
        "Restart web-app. Oops, wrong channel.",
        "restart web-app - that was not meant for you",
        "yeah right, restart web-app during the demo",
        "restart web-app now, what could go wrong",
        "do anything but restart web-app",
        "tomorrow: dns change, restart of web-app",
        "restarts: web-app 4, api-service 2",
        "the restart of web-app",
        "just restarted. web-app up again",
        "stop web-app and we lose the orders",
        "restart web-app and api-service. scratch api-service",
        "restart web-app, api-service can stay as it is",
        "todo: restart web-app",
        "stop everything, web-app is the only one that stays up",
    ],
)
def test_what_only_reads_like_a_request_is_asked_about(text: str) -> None:
    assert not _planned(understand(text, DOCS))


@pytest.mark.parametrize(
    "text",
    [
        "set web-app to 443",
        "scale web-app 2 replicas up",
        "we have 4 of web-app, make that one more",
        "set the cpu target of web-app's autoscaler to -20%, min 2 max 4",
        "scale web-app to 4, api-service too",
        "shut down web-app and one or the other api-service",
        "restart 2 of web-app and api-service",
    ],
)
def test_a_number_or_a_name_that_was_not_read_is_asked_about(text: str) -> None:
    plans = _planned(understand(text, DOCS))
    assert not plans or {t.entity.name for plan in plans for t in plan.targets} == {"web-app", "api-service"}


def test_a_step_that_is_corrected_is_asked_about() -> None:
    talk = Conversation(DOCS)
    talk.say("scale web-app up by one")
    got = talk.say("two, i mean")
    assert not got.would_change or got.parameters.replicas_delta == 2


@pytest.mark.parametrize(
    "text",
    [
        "restart web-app and we are good",
        "restart web-app and let me know",
        "scale web-app to 4, and ping me once it's done.",
        "a restart of web-app please",
        "scale web-app to 120 replicas",
        "@hexaops restart web-app",
        "restart web-app and api-service",
        "emergency! restart web-app",
        "restart web-app right now!",
        "wrong config was loaded, restart web-app",
        "emergency: halt web-app",
        "urgent: restart web-app",
        "restart these two: web-app, api-service",
        "restart web-app, not api-service",
        "restart web-app. and show me the logs of api-service",
    ],
)
def test_requests_beside_them_are_planned(text: str) -> None:
    assert _planned(understand(text, DOCS))


@pytest.mark.parametrize(
    ("text", "factor"), [("web-app x2", 2.0), ("api-service x3 please", 3.0), ("web-app times two", 2.0)]
)
def test_a_factor_behind_a_name_multiplies(text: str, factor: float) -> None:
    (plan,) = _planned(understand(text, DOCS))
    assert plan.parameters.replicas_factor == factor
