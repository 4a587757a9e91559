"""A verb and a known name are not a request: the object must be the target, and every word must be accounted for."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Intent, Understanding, understand
from hexaops.assistant.understanding.items import read_items
from hexaops.assistant.understanding.normalise import tokenize
from hexaops.assistant.understanding.roles import read_numbers
from testenv.golden.cases import load_worlds

DOCS = load_worlds()["docs"]


def _planned(text: str) -> list[Understanding]:
    got = understand(text, DOCS)
    return [part for part in (got.parts or (got,)) if part.would_change]


@pytest.mark.parametrize(
    "text",
    [
        "disable tls on api-service",
        "turn off debug logging in api-service",
        "turn off the feature flag in web-app",
        "disable caching in web-app",
        "turn off notifications for payment-service",
        "stop the backup of database-app",
        "kill the broken pod of database-app",
        "kill all connections to database-app",
        "put web-app on hold",
        "worker needs 4 replicas",
        "scale web-app to minus two",
        "Starte database-app nicht neu",
        "scale the timeout of web-app to 5",
        "give web-app 5 more seconds",
        "give web-app no more than 6 replicas",
        "scale web-app to 2 or 3",
        "restart 2 pods of web-app",
        "scale web-app's api-service to 5",
        "stop cache-services' web-app",
        "restart the cache of web-app",
        "stop sending traffic to web-app",
        "start a backup of database-app",
        "scale web-app to 512Mi",
        "scale web-app by 2",
        "add zero replicas to web-app",
        "cache-service with 16 please",
        "restart web-app-3",
        "scale web-app2 to 4",
        "wait for the ok from QA, then restart web-app",
        "hold on till the deploy is through and then stop cache-service",
        "web-app gives up after 6, make it 12",
        "autoscale web-app min 8 max 3",
        "roll back web-app to revision minus 2",
    ],
)
def test_what_is_not_about_the_application_itself_is_not_planned(text: str) -> None:
    assert _planned(text) == []


@pytest.mark.parametrize(
    ("text", "replicas", "delta"),
    [
        ("put web-app on 4 replicas", 4, None),
        ("give search-service 1 replica more", None, 1),
        ("take search-service down by 2", None, -2),
        ("scale search-service from 5 to 4", 4, None),
        ("could web-app get two more pods", None, 2),
        ("web-app at 6 please", 6, None),
        ("web-app with 6 pods please", 6, None),
        ("scale web-app up by 2", None, 2),
        ("web-app is at 3, make it 5", 5, None),
        ("let's have 4 of cache-service", 4, None),
        ("bring web-app up to 6", 6, None),
        ("search-service one up", None, 1),
        ("search-service 2 down", None, -2),
    ],
)
def test_numbers_are_taken_in_their_role(text: str, replicas: int | None, delta: int | None) -> None:
    [asked] = _planned(text)
    assert asked.intent is Intent.SCALE_APPLICATION
    assert (asked.parameters.replicas, asked.parameters.replicas_delta) == (replicas, delta)


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("scale web-app from 3 to 5", ["from", "absolute"]),
        ("2 more replicas", ["relative"]),
        ("at most 6 replicas", ["limit"]),
        ("between 2 and 5", ["limit", "absolute"]),
        ("for 10 minutes", ["time"]),
        ("set memory to 512Mi", ["quantity"]),
        ("by 50 %", ["percent"]),
        ("3x", ["factor"]),
        ("5 users", ["other"]),
        ("the other one", []),
    ],
)
def test_roles_of_numbers(text: str, roles: list[str]) -> None:
    items = tuple(read_items(tokenize(text), DOCS.index))
    assert [number.role for number in read_numbers(items)] == roles


def test_what_is_left_over_is_asked_about() -> None:
    got = understand("restart the cache of web-app", DOCS)
    assert (got.intent, got.missing, got.left) == (Intent.RESTART_APPLICATION, ("meaning",), ("cache",))


def test_a_project_may_own_the_application() -> None:
    [asked] = _planned("restart production's web-app")
    assert [found.entity.name for found in asked.targets] == ["web-app"]


def test_several_with_one_number_after_a_reason() -> None:
    asked = understand("the sale starts now, I want web-app and api-service at 6 each", DOCS)
    planned = [part for part in (asked.parts or (asked,)) if part.would_change]
    assert [found.entity.name for part in planned for found in part.targets] in ([], ["web-app", "api-service"])
