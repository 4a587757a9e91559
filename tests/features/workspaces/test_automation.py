"""The kill switch: everywhere and in one workspace, effective at the next look."""

from __future__ import annotations

import pytest

from hexaops.features.workspaces.automation import AutomationStoppedError, AutomationSwitch
from tests.serving import AccessWorld

PATH = "/internal/v1/automation"


async def _stopped(access: AccessWorld, workspace_id: str) -> bool:
    return await access.get(AutomationSwitch).find_stop(workspace_id) is not None


async def test_the_switch_is_on_until_somebody_turns_it_off(access: AccessWorld) -> None:
    answer = await access.client.get(PATH, headers=access.administrator)
    never = "the switch was never used"
    assert answer.json()["data"] == {
        "enabled": True, "reason": None, "changed_by": None, "changed_at": None, "workspaces": [],
        "reasons": {"reason": never, "changed_by": never, "changed_at": never},
    }  # fmt: skip
    assert not await _stopped(access, access.workspace_id)


async def test_off_everywhere_stops_every_workspace_at_once(access: AccessWorld) -> None:
    body = {"enabled": False, "reason": "incident"}
    answer = await access.client.put(PATH, json=body, headers=access.administrator)
    assert answer.json()["data"]["enabled"] is False
    assert await _stopped(access, access.workspace_id)
    with pytest.raises(AutomationStoppedError) as caught:
        await access.get(AutomationSwitch).check("ws-any")
    assert (caught.value.code, caught.value.details["rule"]) == ("GUARDRAIL_REFUSED", 17)
    assert "incident" in caught.value.details["reason"]
    await access.client.put(PATH, json={"enabled": True}, headers=access.administrator)
    await access.get(AutomationSwitch).check(access.workspace_id)


async def test_off_in_one_workspace_stops_that_one(access: AccessWorld) -> None:
    team = await access.workspace("Team", "team")
    body = {"enabled": False, "workspace_id": team}
    answer = await access.client.put(PATH, json=body, headers=access.administrator)
    assert answer.json()["data"]["enabled"] is True
    assert [(one["workspace_id"], one["enabled"]) for one in answer.json()["data"]["workspaces"]] == [(team, False)]
    assert await _stopped(access, team)
    assert not await _stopped(access, access.workspace_id)


async def test_a_workspace_that_is_not_there_cannot_be_switched(access: AccessWorld) -> None:
    body = {"enabled": False, "workspace_id": "ws-nothing"}
    answer = await access.client.put(PATH, json=body, headers=access.administrator)
    assert answer.status_code == 404


async def test_who_may_look_may_not_switch(access: AccessWorld) -> None:
    reader = await access.account("system:read")
    assert (await access.client.get(PATH, headers=reader)).status_code == 200
    assert (await access.client.put(PATH, json={"enabled": False}, headers=reader)).status_code == 403
    assert not await _stopped(access, access.workspace_id)
