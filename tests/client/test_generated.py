"""A client generated from `/openapi.json` lists applications, asks, plans and confirms on the living service."""

from __future__ import annotations

from pathlib import Path

import pytest

from hexaops.main import create_app
from tests.client.generated import GeneratedClient, RefusedError, generate, plain
from tests.living import living_world


async def test_the_generated_client_lists_asks_plans_and_confirms(sqlite_url: str, tmp_path: Path) -> None:
    async with living_world(sqlite_url, tmp_path) as world:
        http = world.access.client
        document = create_app(world.access.context).openapi()  # the shared routes of tests serve no document
        client = GeneratedClient(document, await generate(document, tmp_path), http, world.operator)
        place = {"workspace_id": world.workspace_id}

        listed = (await client.call("applications_list_applications", path=place, query={"limit": 5})).data
        assert (len(listed.applications), listed.pagination.total, listed.pagination.has_more) == (5, 12, True)
        following = {"limit": 500, "cursor": listed.pagination.next_cursor}
        rest = (await client.call("applications_list_applications", path=place, query=following)).data
        assert len({one.id for one in (*listed.applications, *rest.applications)}) == 12

        question = {"message": "How is web-app doing?"}
        answer = (await client.call("chat_send_message", path=place, body=question)).data
        (table,) = [one.root if hasattr(one, "root") else one for one in answer.attachments]
        assert table.type == "application_status_table"
        assert [(row.name, row.replicas) for row in table.data.applications] == [("web-app", "3/3")]
        assert {one.source for one in answer.evidence} >= {"kubernetes"}

        wanted = {"action": "restart_application", "parameters": {"application_id": table.data.applications[0].id}}
        plan = plain(await client.call("actions_execute_action", path=place, body=wanted))["data"]["plan"]
        confirmed = {**plan["parameters"], "confirmation": True,
                     "plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"]}  # fmt: skip
        body = {"action": plan["action"], "parameters": confirmed}
        started = plain(await client.call("actions_execute_action", path=place, body=body))["data"]
        assert (await world.ended(started["action_id"]))["status"] == "completed"

        with pytest.raises(RefusedError) as refusal:
            await client.call("applications_get_application", path={**place, "application_id": "absent"})
        assert (refusal.value.status, refusal.value.body.error.code) == (404, "APPLICATION_NOT_FOUND")
