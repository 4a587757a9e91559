"""Three tenants ask random questions, among them such as are made to leave the fence: nobody sees a foreign line."""

from __future__ import annotations

import random

import pytest

from tests.features.logs.conftest import RANGE, LogsWorld

WORDS = ("canary", "error", "timeout", "conn*", "ca*", "nothing", '"canary error"', "level:error", "pod:p*", "shared")
EVIL = (
    "workspace:{0}", "workspace_id:{0}", '"{0}"', "component:{0}", "pod:{0}*", "component:workspace={0}", "NOT {0}",
    "trace_id:workspace={0}", 'component:"a) OR (workspace={0}"', "*", "NOT *", "NOT nothing", "(canary OR {0})",
)  # fmt: skip
SIGNS = ("(", ")", '"', ":", "OR", "AND", "NOT", "\\", "*")


def random_text(rng: random.Random, foreign: str) -> str:
    """Words, operators and attempts, in any order, so that some are errors of syntax."""
    parts = [
        rng.choice(EVIL).format(foreign) if rng.random() < 0.3 else rng.choice(WORDS) for _ in range(rng.randint(0, 4))
    ]
    text = ""
    for part in parts:
        text += rng.choice(("", "NOT ", "")) + part + rng.choice((" ", " OR ", " AND "))
    text = text.removesuffix(" OR ").removesuffix(" AND ")
    return f"{text} {rng.choice(SIGNS)}" if rng.random() < 0.1 else text


async def ask_at_random(logs: LogsWorld, asked: int) -> int:
    """Ask so often, a third by each tenant; returns how many questions found something."""
    rng = random.Random(7)
    tenants = [logs.own, logs.other, await logs.access.workspace("Third", "third")]
    callers = {name: await logs.access.account("logs:read", workspace_ids=[name]) for name in tenants}
    for number, name in enumerate(tenants):
        await logs.push(*(
            {"workspace_id": name, "message": f"canary {rng.choice(('error', 'timeout', 'connection'))} of{number}",
             "component": rng.choice(("shared", name, f"workspace={name}")), "pod": f"p{number}",
             "level": rng.choice(("error", "info")), "trace_id": f"workspace={name}"} for _ in range(40)
        ))  # fmt: skip
    found = 0
    for turn in range(asked):
        own = tenants[turn % 3]
        foreign = tenants[(turn + rng.randint(1, 2)) % 3]
        body = {"query": {"text": random_text(rng, foreign), "time_range": RANGE}, "options": {"limit": 200}}
        answer = await logs.access.client.post("/internal/v1/logs/query", json=body, headers=callers[own])
        assert answer.status_code in {200, 400}, answer.text
        if answer.status_code == 400:
            continue
        data = answer.json()["data"]
        assert {row["workspace_id"] for row in data["logs"]} <= {own}, body
        assert data["total_hits"] == len(data["logs"]) == sum(data["aggregations"]["by_level"].values()), body
        marks = {f"of{number}" for number, name in enumerate(tenants) if name != own}
        assert not marks & {word for one in data["patterns"] for word in one["pattern"].split()}, body
        found += bool(data["logs"])
    return found


async def test_nobody_sees_a_foreign_line(logs: LogsWorld) -> None:
    assert await ask_at_random(logs, 150) > 30


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_nobody_sees_a_foreign_line_in_ten_thousand_questions(logs: LogsWorld) -> None:
    assert await ask_at_random(logs, 10_000) > 2000
