"""An account that is bound to a workspace administers that one only, over every administrative route of the table.

What is outside of the workspace is compared whole, table by table, so that a new route or table is held to it as well.
"""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from hexaops.api import ROUTES
from hexaops.features.access.permissions import ADMINISTRATION, SCOPES
from hexaops.features.routing import Entry
from hexaops.storage.tables import AuditRow, Base, IdempotencyRow, WorkspaceNamespaceRow, WorkspaceRow
from tests.serving import AccessWorld, Headers, access_world
from tests.tenancy.requests import ABSENT, fields_of
from tests.tenancy.tenants import LIMITS

ADMINISTRATIVE = [entry for entry in ROUTES if entry.policy.permission == ADMINISTRATION]
WITHIN = [entry for entry in ADMINISTRATIVE if "{workspace_id}" in entry.path]
BEYOND = [entry for entry in ADMINISTRATIVE if "{workspace_id}" not in entry.path]
LOGS = {AuditRow.__tablename__, IdempotencyRow.__tablename__}
"""What every request writes to."""
OWN, FOREIGN, UNCLAIMED = ["own-a", "own-b"], ["foreign-a"], ["frontend", "kube-system", "not-there"]
REQUESTS = 300


@dataclass
class Bound:
    """A world with an account that is bound to one of two workspaces."""

    access: AccessWorld
    own_id: str
    foreign_id: str
    account: Headers
    unbound: Headers

    async def send(self, entry: Entry, workspace_id: str, body: Any, headers: Headers | None = None) -> httpx2.Response:
        """A request for a route, with ids of what does not exist where it names more than a workspace."""
        url = entry.path.replace("{workspace_id}", workspace_id)
        url = re.sub(r"\{(\w+)\}", lambda found: ABSENT.get(found[1], "absent"), url)
        sent = None if entry.method in {"GET", "DELETE"} else body
        given = {**(headers or self.account), "X-Request-Id": "same"}
        return await self.access.client.request(entry.method, url, json=sent, headers=given)

    async def outside(self) -> dict[str, list[dict[str, Any]]]:
        """Every stored row that is not the workspace's own."""
        found: dict[str, list[dict[str, Any]]] = {}
        async with self.access.context.database.viewing() as connection:
            for table in Base.metadata.sorted_tables:
                if table.name not in LOGS:
                    rows = [dict(row._mapping) for row in await connection.execute(select(table))]
                    found[table.name] = [row for row in rows if not self._is_own(table.name, row)]
        for row in found["service_account_tokens"]:
            del row["last_used_at"]
        return found

    def _is_own(self, table: str, row: dict[str, Any]) -> bool:
        return self.own_id == row.get("id" if table == WorkspaceRow.__tablename__ else "workspace_id")

    async def own(self) -> tuple[set[str], dict[str, Any]]:
        """The workspace's namespaces, and what of it is the platform's to decide."""
        async with self.access.context.database.reading() as session:
            claimed = WorkspaceNamespaceRow.workspace_id == self.own_id
            names = set(await session.scalars(select(WorkspaceNamespaceRow.namespace).where(claimed)))
            row = await session.get_one(WorkspaceRow, self.own_id)
        return names, {"plan": row.plan, "status": row.status, "policy": row.policy, "cluster": row.cluster_id}


@pytest.fixture
async def bound(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Bound]:
    """Both workspaces on one cluster, beside the default one."""
    async with access_world(sqlite_url, tmp_path, LIMITS) as access:
        own_id = await access.workspace("Own", *OWN)
        foreign_id = await access.workspace("Foreign", *FOREIGN)
        for workspace_id in (own_id, foreign_id, access.workspace_id):
            await access.member("ada", "viewer", workspace_id)
        account = await access.account(*SCOPES, workspace_ids=[own_id])
        yield Bound(access, own_id, foreign_id, account, await access.account(ADMINISTRATION))


def _body(rng: random.Random, entry: Entry) -> dict[str, Any]:
    """Fields of an administrative route's body."""
    names = [*OWN, *FOREIGN, *UNCLAIMED]
    body: dict[str, Any] = {
        "name": "x", "namespaces": rng.sample(names, rng.randrange(len(names))), "expect_missing": True,
        "plan": rng.choice(("shared", "dedicated")), "status": rng.choice(("active", "suspended")),
        "policy": {"changes_per_window": rng.choice((None, 9)), "single_call_risk": "high"},
        "role": rng.choice(("viewer", "admin")), "enabled": False, "disabled": True, "scopes": [ADMINISTRATION],
        "workspace_ids": None, "timezone": "UTC",
    }  # fmt: skip
    taken = fields_of(entry)
    return {key: value for key, value in body.items() if key in taken and (key == "role" or rng.random() < 0.5)}


@pytest.mark.parametrize("seed", [20240120, 4711])
async def test_nothing_outside_of_the_workspace_changes(bound: Bound, seed: int) -> None:
    rng = random.Random(seed)
    before, (names, platform) = await bound.outside(), await bound.own()
    statuses = set()
    for number in range(REQUESTS):
        entry = ADMINISTRATIVE[number % len(ADMINISTRATIVE)]
        whose = rng.choice((bound.own_id, bound.foreign_id, bound.access.workspace_id))
        answer = await bound.send(entry, whose, _body(rng, entry))
        assert answer.status_code < 500, (entry, answer.text)
        statuses.add(answer.status_code)
    assert await bound.outside() == before
    left, kept = await bound.own()
    assert left <= names
    assert kept == platform
    assert {200, 403, 404} <= statuses


@pytest.mark.parametrize("entry", WITHIN, ids=lambda entry: f"{entry.method} {entry.path}")
async def test_a_foreign_workspace_looks_absent(bound: Bound, entry: Entry) -> None:
    body = {"name": "x", "role": "viewer"}
    answers = [
        (answer.status_code, answer.text)
        for workspace_id in (bound.foreign_id, bound.access.workspace_id, ABSENT["workspace_id"])
        for answer in [await bound.send(entry, workspace_id, body)]
    ]
    assert len(set(answers)) == 1
    assert answers[0][0] == 404


@pytest.mark.parametrize("entry", WITHIN, ids=lambda entry: f"{entry.method} {entry.path}")
async def test_its_own_workspace_it_administers(bound: Bound, entry: Entry) -> None:
    body = {"name": "Renamed", "role": "viewer", "namespaces": OWN}
    body = {key: value for key, value in body.items() if key in fields_of(entry)}
    answer = await bound.send(entry, bound.own_id, body)
    if entry.method == "DELETE" and entry.path.endswith("{workspace_id}"):
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "SERVICE_ACCOUNT_BOUND")
        return
    absent_member = entry.method == "DELETE" and entry.path.endswith("{user_id}")
    assert answer.status_code == (404 if absent_member else entry.status), answer.text
    if absent_member:
        assert answer.json()["error"]["code"] == "MEMBER_NOT_FOUND"


@pytest.mark.parametrize("entry", BEYOND, ids=lambda entry: f"{entry.method} {entry.path}")
async def test_what_concerns_everybody_needs_an_unbound_account(bound: Bound, entry: Entry) -> None:
    refused = await bound.send(entry, "", {})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "INSUFFICIENT_INTERNAL_PERMISSIONS")
    assert (await bound.send(entry, "", {}, bound.unbound)).status_code != 403


@pytest.mark.parametrize("wanted", [*FOREIGN, *UNCLAIMED])
async def test_others_namespaces_and_nobodys_are_refused_alike(bound: Bound, wanted: str) -> None:
    (change,) = [entry for entry in WITHIN if entry.method == "PATCH"]
    refused = await bound.send(change, bound.own_id, {"namespaces": [*OWN, wanted]})
    assert refused.status_code == 404
    assert refused.json()["error"] == {
        "code": "NAMESPACE_NOT_FOUND",
        "message": "The workspace has no such namespace",
        "details": {"namespaces": [wanted]},
    }
    more = {"namespaces": [*OWN, "more"], "expect_missing": True}
    accepted = await bound.send(change, bound.own_id, more, bound.unbound)
    assert accepted.status_code == 200


@pytest.mark.parametrize("left", [[], OWN[:1]])
async def test_a_namespace_is_not_given_to_the_default_workspace(bound: Bound, left: list[str]) -> None:
    (change,) = [entry for entry in WITHIN if entry.method == "PATCH"]
    refused = await bound.send(change, bound.own_id, {"namespaces": left})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "SERVICE_ACCOUNT_BOUND")
    assert (await bound.own())[0] == {*OWN}
    accepted = await bound.send(change, bound.own_id, {"namespaces": left}, bound.unbound)
    assert (accepted.status_code, accepted.json()["data"]["namespaces"]) == (200, left)


async def test_the_default_workspace_has_no_list_of_its_own(bound: Bound) -> None:
    (change,) = [entry for entry in WITHIN if entry.method == "PATCH"]
    same = await bound.send(change, bound.access.workspace_id, {"namespaces": []}, bound.unbound)
    assert same.status_code == 200
    refused = await bound.send(change, bound.access.workspace_id, {"namespaces": ["more"]}, bound.unbound)
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("field", "value"), [("plan", "dedicated"), ("status", "suspended"), ("policy", {"changes_per_window": 99})]
)
async def test_what_the_platform_decides_is_not_its_to_change(bound: Bound, field: str, value: Any) -> None:
    (change,) = [entry for entry in WITHIN if entry.method == "PATCH"]
    refused = await bound.send(change, bound.own_id, {field: value})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "SERVICE_ACCOUNT_BOUND")
    assert [*refused.json()["error"]["details"]] == [field]
    assert (await bound.send(change, bound.own_id, {field: value}, bound.unbound)).status_code == 200
