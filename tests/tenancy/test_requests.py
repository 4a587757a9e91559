"""No answer holds a byte of another tenant's, and what is another tenant's looks as if it did not exist.

Seeded requests over every route, 1,600 in the long form; the check is itself checked on a directory that has lost its
predicate.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hexaops.features.access.authorize import Authorizer
from hexaops.features.access.gate import Gate
from hexaops.features.access.tenancy import Membership, Workspace
from hexaops.features.applications.service import ApplicationService
from hexaops.features.workspaces.directory import WorkspaceDirectory
from tests.tenancy.requests import ABSENT, GUARDED, Requests, leaked, send
from tests.tenancy.tenants import SHARED_NAME, Tenants, two_tenants

REQUESTS = [200, pytest.param(800, marks=pytest.mark.long)]
MOST_REQUESTS = 20 * len(GUARDED)
"""In which a seeded bug must show: every route is asked twenty times, however many there are."""
SEEDS = (20240120, 4711)


class LeakError(AssertionError):
    """An answer tells of another tenant."""


def _kind_of(tenants: Tenants, foreign: str) -> str:
    for tenant in (tenants.first, tenants.second):
        if foreign == tenant.workspace_id:
            return "workspace_id"
        for name, ids in tenant.ids.items():
            if foreign in ids:
                return name
    raise AssertionError(foreign)


async def _check(tenants: Tenants, seed: int, count: int) -> set[str]:
    """Send the requests; the routes that were reached."""
    requests, reached = Requests(tenants, seed), set[str]()
    for number in range(count):
        entry = GUARDED[number % len(GUARDED)]
        asked, foreign = requests.make(entry)
        answer = await send(tenants, asked)
        assert answer.status_code < 500 or answer.status_code == 503, (asked, answer.text)
        if found := leaked(tenants, asked, answer):
            raise LeakError(found, asked, answer.text)
        reached.add(f"{entry.method} {entry.path}")
        if foreign is not None:
            absent = ABSENT[_kind_of(tenants, foreign)]
            twin = await send(tenants, asked.instead(foreign, absent))
            alike = answer.text.replace(foreign, absent)
            if (answer.status_code, alike) != (twin.status_code, twin.text):
                raise LeakError("foreign and absent differ", asked, answer.text, twin.text)
    return reached


@pytest.mark.parametrize("requests", REQUESTS)
@pytest.mark.parametrize("seed", SEEDS)
async def test_no_answer_holds_a_byte_of_another_tenant(
    sqlite_url: str, tmp_path: Path, seed: int, requests: int
) -> None:
    async with two_tenants(sqlite_url, tmp_path) as tenants:
        reached = await _check(tenants, seed, requests)
    assert reached == {f"{entry.method} {entry.path}" for entry in GUARDED}


async def test_each_tenant_gets_its_own_application_of_a_shared_name(sqlite_url: str, tmp_path: Path) -> None:
    async with two_tenants(sqlite_url, tmp_path) as tenants:
        for tenant in (tenants.first, tenants.second):
            url = f"/api/v1/workspaces/{tenant.workspace_id}/applications/{SHARED_NAME}"
            answer = await tenants.access.client.get(url, headers=tenant.admin)
            assert answer.json()["data"]["id"] == tenant.ids["application_id"][0]
            assert tenant.canary in answer.text


class Forgetful(WorkspaceDirectory):
    """A seeded bug: everybody is a member of everything."""

    async def find_membership(self, workspace_id: str, user_id: str) -> Membership | None:
        workspace = await self.find(workspace_id)
        return Membership(workspace, "admin") if workspace else None


class Borderless(ApplicationService):
    """A seeded bug: an application is found by its id wherever it is."""

    def get(self, workspace: Workspace, id_or_name: str):  # type: ignore[no-untyped-def] # as its base's
        known = self._views.get(workspace.cluster_id).index.find(id_or_name)
        return known or super().get(workspace, id_or_name)


async def test_the_check_finds_a_missing_membership(sqlite_url: str, tmp_path: Path) -> None:
    async with two_tenants(sqlite_url, tmp_path) as tenants:
        context = tenants.access.context
        tenants.access.get(Gate)._authorizer = Authorizer(Forgetful(context.settings, context.database))
        with pytest.raises(LeakError):
            await _check(tenants, SEEDS[0], MOST_REQUESTS)


async def test_the_check_finds_a_missing_fence_of_applications(sqlite_url: str, tmp_path: Path) -> None:
    async with two_tenants(sqlite_url, tmp_path) as tenants:
        tenants.access.get(ApplicationService).__class__ = Borderless
        with pytest.raises(LeakError):
            await _check(tenants, SEEDS[0], MOST_REQUESTS)
