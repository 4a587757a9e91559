"""Questions with a bound: how many are beyond it, as the cluster has it, with the bound repeated."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.features.applications.world import ChatWorld
from tests.living import LivingWorld, living_world


@pytest.fixture
async def living(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    """The service on a cluster that lives."""
    async with living_world(sqlite_url, tmp_path) as world:
        yield world


async def ask(living: LivingWorld, message: str, **more: str) -> dict[str, Any]:
    """The data of one answer."""
    data: dict[str, Any] = (await living.call("POST", "/aiops/chat", {"message": message, **more})).json()["data"]
    return data


async def test_the_same_number_is_told_that_the_status_has(living: LivingWorld) -> None:
    table = (await ask(living, "status"))["attachments"][0]["data"]["applications"]
    for message, field, limit in (
        ("Which applications go beyond 25% CPU?", "cpu_usage", 25),
        ("which of the apps have memory over 50 percent", "memory_usage", 50),
    ):
        first, *lines = (await ask(living, message))["response"]["content"].partition("\n\n")[0].splitlines()
        beyond = {row["name"] for row in table if (row[field] or 0) > limit + 3}
        below = {row["name"] for row in table if (row[field] or 0) < limit - 3}
        told = {line.removeprefix("- ").partition(":")[0] for line in lines}
        assert beyond <= told, message
        assert not told & below, message
        assert first.startswith(f"{len(told)} of 12 applications have "), message
        assert f"above {limit}%:" in first, message


TOLD = (
    ("Which pods crashed more than 5 times?", "1 of 26 pods has more than 5 restarts:\n- database-app-"),
    ("Anything with fewer than 2 copies?", "3 of 12 applications have fewer than 2 replicas:\n- admin-portal: 1 repl"),
    ("Which apps cost over $1000 a month?", "None of 12 applications has a monthly cost above $1000; the highest is "),
    ("Does message-queue use more than 99% of its memory?", "No: **message-queue** has a memory use of memory "),
    ("Which apps request more than 10Gi of memory?", "1 of 12 applications has a memory request a pod above 10 Gi:\n"),
    ("List apps older than 15 days", "12 of 12 applications have an age above 15 days:"),
    ("Are any nodes above 99% CPU?", "None of 4 nodes has a CPU use above 99%; the highest is worker-node-"),
)


async def test_how_many_are_beyond_comes_first(living: LivingWorld) -> None:
    wrong = []
    for question, begins in TOLD:
        content = (await ask(living, question))["response"]["content"]
        if not content.startswith(begins):
            wrong.append((question, content))
    assert wrong == []


async def test_another_bound_is_asked_of_all_again(living: LivingWorld) -> None:
    first = await ask(living, "Which applications cost more than $50?")
    then = await ask(living, "and more than $5?", session_id=first["session_id"])
    assert " of 12 applications have a monthly cost above $5:" in then["response"]["content"]


async def test_a_time_that_does_not_count_is_said(living: LivingWorld) -> None:
    content = (await ask(living, "Which pods restarted more than 3 times in the last hour?"))["response"]["content"]
    assert content.endswith("This is counted since each pod was made, not over the last 1h.")


@pytest.mark.parametrize(
    "message",
    [
        "alert me when web-app is above 80% cpu",
        "scale everything above 80% cpu to 5",
        "web-app needs more than 5 replicas",
    ],
)
async def test_a_bound_of_something_to_be_done_lists_nothing(living: LivingWorld, message: str) -> None:
    content = (await ask(living, message))["response"]["content"]
    assert " of 12 applications " not in content
    assert " of 26 pods " not in content
    assert living.writes() == []


async def test_without_the_capability_no_figure_is_told(world: ChatWorld) -> None:
    data = await world.ask("Which apps are above 10% CPU?", capabilities=["read_applications"])
    assert data["response"]["content"] == "I can't tell: this message may not read metrics (capability read_metrics)."
