"""The subresources scale and eviction."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.server.conftest import Api
from tests.simulator.server.objects import DEPLOYMENTS, PODS, budget, deployment, pod

Object = dict[str, Any]
SCALE = f"{DEPLOYMENTS}/web/scale"
EVICTION = f"{PODS}/web-1/eviction"
BUDGETS = "poddisruptionbudgets.policy"


async def test_scale_shows_replicas_and_selector(api: Api) -> None:
    created = api.store.create("deployments.apps", {**deployment(), "status": {"replicas": 2}})
    scale = await api.get(SCALE)
    assert (scale["kind"], scale["apiVersion"]) == ("Scale", "autoscaling/v1")
    assert scale["spec"] == {"replicas": 3}
    assert scale["status"] == {"replicas": 2, "selector": "app=web"}
    assert scale["metadata"]["uid"] == created["metadata"]["uid"]


async def test_scale_is_replaced_and_patched(api: Api) -> None:
    created = api.store.create("deployments.apps", deployment())
    scale = await api.get(SCALE)
    answer = await api.client.put(f"{SCALE}?fieldManager=hexaops", json={**scale, "spec": {"replicas": 5}})
    assert answer.json()["spec"] == {"replicas": 5}
    await api.patch(SCALE, {"spec": {"replicas": 6}})
    found = api.store.get("deployments.apps", "demo", "web")
    assert found["spec"] == {**created["spec"], "replicas": 6}
    assert found["metadata"]["generation"] == 3
    assert [entry["subresource"] for entry in found["metadata"]["managedFields"]] == ["scale"]


async def test_a_dry_run_scales_nothing(api: Api) -> None:
    created = api.store.create("deployments.apps", deployment())
    answer = await api.client.put(f"{SCALE}?dryRun=All", json={"metadata": {"name": "web"}, "spec": {"replicas": 9}})
    assert answer.json()["spec"] == {"replicas": 9}
    assert api.store.get("deployments.apps", "demo", "web") is created


@pytest.mark.parametrize(
    ("metadata", "replicas", "status", "part"),
    [
        ({"name": "web"}, -1, 422, 'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1'),
        ({"name": "web"}, "x", 400, "json: cannot unmarshal string"),
        ({"name": "other"}, 4, 400, "the name of the object (other) does not match the name on the URL (web)"),
        ({"name": "web", "resourceVersion": "1"}, 4, 409, "the object has been modified"),
        ({"name": "web", "uid": "x"}, 4, 409, "UID in precondition: x"),
    ],
)
async def test_a_broken_scale_is_refused(api: Api, metadata: Object, replicas: Any, status: int, part: str) -> None:
    created = api.store.create("deployments.apps", deployment())
    answer = await api.client.put(SCALE, json={"metadata": metadata, "spec": {"replicas": replicas}})
    assert answer.status_code == status
    assert part in answer.json()["message"]
    assert api.store.get("deployments.apps", "demo", "web") is created


async def evict(api: Api, name: str = "web-1", **options: Any) -> tuple[int, Object]:
    """Status and body of an eviction."""
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}, "deleteOptions": options}
    answer = await api.client.post(EVICTION, json=body)
    found: Object = answer.json()
    return answer.status_code, found


async def test_eviction_takes_from_the_budget(api: Api) -> None:
    api.store.create("pods", pod())
    api.store.create(BUDGETS, budget(allowed=1))
    status, body = await evict(api, gracePeriodSeconds=5)
    assert (status, body["status"]) == (201, "Success")
    assert api.store.get("pods", "demo", "web-1")["metadata"]["deletionGracePeriodSeconds"] == 5
    left = api.store.get(BUDGETS, "demo", "web")["status"]
    assert (left["disruptionsAllowed"], list(left["disruptedPods"])) == (0, ["web-1"])


@pytest.mark.parametrize("dry_run", [[], ["All"]])
async def test_an_exhausted_budget_refuses(api: Api, dry_run: list[str]) -> None:
    created = api.store.create("pods", pod())
    api.store.create(BUDGETS, budget(allowed=0, healthy=3, desired=3))
    status, body = await evict(api, dryRun=dry_run)
    assert (status, body["reason"]) == (429, "TooManyRequests")
    assert body["message"] == "Cannot evict pod as it would violate the pod's disruption budget."
    cause = {
        "reason": "DisruptionBudget",
        "message": "The disruption budget web needs 3 healthy pods and has 3 currently",
    }
    assert body["details"] == {"causes": [cause]}
    assert api.store.get("pods", "demo", "web-1") is created


async def test_a_budget_that_is_not_counted_yet_asks_to_wait(api: Api) -> None:
    api.store.create("pods", pod())
    api.store.create(BUDGETS, budget(allowed=1, observed=0))
    status, body = await evict(api)
    assert (status, body["details"]["retryAfterSeconds"]) == (429, 10)


async def test_two_budgets_of_one_pod_are_an_error(api: Api) -> None:
    api.store.create("pods", pod())
    api.store.create(BUDGETS, budget(allowed=1))
    second = budget(allowed=1)
    second["metadata"]["name"] = "other"
    api.store.create(BUDGETS, second)
    status, body = await evict(api)
    assert (status, "more than one PodDisruptionBudget" in body["message"]) == (500, True)


@pytest.mark.parametrize(("policy", "healthy", "status"), [(None, 2, 201), (None, 1, 429), ("AlwaysAllow", 1, 201)])
async def test_a_pod_that_is_not_ready_may_go_when_the_others_suffice(
    api: Api, policy: str | None, healthy: int, status: int
) -> None:
    spec: Object = {"unhealthyPodEvictionPolicy": policy} if policy else {}
    api.store.create("pods", pod(ready=False))
    api.store.create(BUDGETS, budget(allowed=0, healthy=healthy, desired=2, **spec))
    assert (await evict(api))[0] == status


async def test_pods_that_are_done_or_unscheduled_need_no_budget(api: Api) -> None:
    api.store.create("pods", pod(phase="Succeeded"))
    api.store.create(BUDGETS, budget(allowed=0))
    assert (await evict(api))[0] == 201
    assert api.store.list("pods") == []


async def test_a_dry_run_evicts_nothing(api: Api) -> None:
    created = api.store.create("pods", pod())
    kept = api.store.create(BUDGETS, budget(allowed=1))
    assert (await evict(api, dryRun=["All"]))[0] == 201
    assert api.store.get("pods", "demo", "web-1") is created
    assert api.store.get(BUDGETS, "demo", "web") is kept


async def test_the_eviction_has_to_name_the_pod(api: Api) -> None:
    api.store.create("pods", pod())
    assert (await evict(api, name="other"))[1]["message"] == "name in URL does not match name in Eviction object"
    assert (await evict(api, preconditions={"uid": "x"}))[0] == 409
