"""Injected faults of the API."""

from __future__ import annotations

import httpx2
import pytest

from simulator.server.faults import Fault
from tests.simulator.server.conftest import Api
from tests.simulator.server.objects import CONFIG_MAPS, PODS, config_map


@pytest.mark.parametrize(("status", "reason"), [(429, "TooManyRequests"), (503, "ServiceUnavailable")])
async def test_a_request_fails_as_often_as_wanted(api: Api, status: int, reason: str) -> None:
    fault = api.faults.add(Fault(verbs=("list",), path="configmaps", status=status, retry_after_seconds=1, times=2))
    for _ in range(2):
        answer = await api.client.get(CONFIG_MAPS)
        assert (answer.status_code, answer.json()["reason"], answer.headers["retry-after"]) == (status, reason, "1")
    assert (await api.client.get(CONFIG_MAPS)).status_code == 200
    assert (await api.client.get(PODS)).status_code == 200
    assert fault.hits == 2


async def test_a_fault_holds_until_it_is_cleared(api: Api) -> None:
    api.faults.add(Fault(status=500, times=None))
    for _ in range(3):
        assert (await api.client.get(PODS)).status_code == 500
    api.faults.clear()
    assert (await api.client.get(PODS)).status_code == 200


async def test_a_refused_write_writes_nothing(api: Api) -> None:
    api.faults.add(Fault(verbs=("create",), status=503))
    assert (await api.client.post(CONFIG_MAPS, json=config_map("a"))).status_code == 503
    assert api.store.list("configmaps") == []


async def test_a_write_can_succeed_and_seem_to_fail(api: Api) -> None:
    api.faults.add(Fault(verbs=("create",), status_after=504))
    assert (await api.client.post(CONFIG_MAPS, json=config_map("a"))).status_code == 504
    api.faults.add(Fault(verbs=("create",), drop=True))
    with pytest.raises(httpx2.RemoteProtocolError):
        await api.client.post(CONFIG_MAPS, json=config_map("b"))
    assert [item["metadata"]["name"] for item in api.store.list("configmaps")] == ["a", "b"]


async def test_a_request_can_be_held_up(api: Api) -> None:
    api.faults.add(Fault(delay_seconds=0.3, times=1))
    with pytest.raises(httpx2.ReadTimeout):
        await api.client.get(PODS, timeout=0.05)
    assert (await api.client.get(PODS)).status_code == 200
