"""The client: what it sends, what it retries, and what its errors say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from hexaops import __version__
from hexaops.backends.kubernetes.answers import Right
from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.errors import (
    EvictionRefusedError,
    KubernetesConflictError,
    KubernetesError,
    KubernetesForbiddenError,
    KubernetesInvalidError,
    KubernetesNotFoundError,
    KubernetesTooManyRequestsError,
    KubernetesUnavailableError,
)
from hexaops.backends.kubernetes.kinds import Kind
from hexaops.errors import ConflictError, NotFoundError, UpstreamUnavailableError
from hexaops.kit.clock import ManualClock
from hexaops.kit.timeout import Timeout
from tests.backends.kubernetes.api_server import ApiServer, status_body
from tests.backends.kubernetes.conftest import MakeClient

SCALE = {
    "metadata": {"name": "web", "uid": "u-1", "resourceVersion": "7"},
    "spec": {"replicas": 3},
    "status": {"replicas": 2, "selector": "app=web"},
}


async def test_get_says_who_asks(server: ApiServer, make_client: MakeClient) -> None:
    server.answer(200, {"metadata": {"name": "web"}})
    found = await make_client(token="secret").get("Deployment", "shop", "web")
    assert found["metadata"]["name"] == "web"
    request = server.requests[0]
    assert request.path == "/apis/apps/v1/namespaces/shop/deployments/web"
    assert request.headers["user-agent"] == f"hexaops/{__version__}"
    assert request.headers["authorization"] == "Bearer secret"


async def test_list_follows_all_pages(server: ApiServer, client: KubernetesClient) -> None:
    secrets = server.collection("/apis/example.org/v1/namespaces/shop/widgets", "Widget")
    for number in range(1200):
        secrets.put(f"w-{number}", "shop")
    widget = Kind("Widget", "example.org", "v1", "widgets")
    assert len(await client.list(widget, "shop", label_selector="a=b")) == 1200
    assert len(server.requests) == 3
    assert server.requests[2].query["labelSelector"] == "a=b"


async def test_list_survives_a_token_that_expires(server: ApiServer, client: KubernetesClient) -> None:
    services = server.collection("/api/v1/services", "Service")
    for number in range(700):
        services.put(f"s-{number}", "shop")
    services.expire_continue = 1
    assert len(await client.list("Service")) == 700


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_reads_are_tried_again(server: ApiServer, make_client: MakeClient, status: int) -> None:
    client = make_client(clock=InstantClock())
    server.answer(status, status_body(status, "Busy"), times=2)
    server.answer(200, {"metadata": {"name": "web"}})
    await client.get("Pod", "shop", "web")
    assert len(server.requests) == 3


async def test_reads_survive_a_lost_connection(server: ApiServer, client: KubernetesClient) -> None:
    server.answer(200, drop=True)
    server.answer(200, {"metadata": {"name": "web"}})
    await client.get("Pod", "shop", "web")
    assert len(server.requests) == 2


async def test_reads_end_after_four_tries(server: ApiServer, make_client: MakeClient) -> None:
    client = make_client(clock=InstantClock())
    server.answer(503, status_body(503, "ServiceUnavailable"), times=99)
    with pytest.raises(KubernetesUnavailableError) as caught:
        await client.get("Pod", "shop", "web")
    assert len(server.requests) == 4
    assert isinstance(caught.value, UpstreamUnavailableError)
    assert caught.value.details["source"] == "kubernetes_api"


class InstantClock(ManualClock):
    """Passes each wait at once and remembers it."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.advance(seconds)


async def test_what_the_server_asks_for_is_waited_plus_up_to_a_quarter(
    server: ApiServer, make_client: MakeClient
) -> None:
    clock = InstantClock()
    server.answer(429, status_body(429, "TooManyRequests"), headers={"Retry-After": "7"})
    server.answer(200, {"metadata": {"name": "web"}})
    await make_client(clock=clock).get("Pod", "shop", "web", timeout=60)
    assert len(clock.waits) == 1
    assert 7 <= clock.waits[0] <= 8.75


async def test_waits_between_tries_double_with_jitter(server: ApiServer, make_client: MakeClient) -> None:
    clock = InstantClock()
    server.answer(500, status_body(500, "InternalError"), times=3)
    server.answer(200, {"metadata": {"name": "web"}})
    await make_client(clock=clock).get("Pod", "shop", "web", timeout=60)
    for wait, usual in zip(clock.waits, (0.2, 0.4, 0.8), strict=True):
        assert usual / 2 <= wait <= usual * 1.5


async def test_a_wait_longer_than_the_time_left_is_not_begun(server: ApiServer, client: KubernetesClient) -> None:
    server.answer(429, status_body(429, "TooManyRequests", "slow down"), headers={"Retry-After": "30"}, times=9)
    with pytest.raises(KubernetesTooManyRequestsError) as caught:
        await client.get("Pod", "shop", "web", timeout=Timeout(2))
    assert caught.value.retry_after_seconds == 30
    assert len(server.requests) == 1


@pytest.mark.parametrize("failure", [{"drop": True}, {"status": 500}, {"status": 429}, {"status": 503}])
async def test_writes_are_sent_once(server: ApiServer, client: KubernetesClient, failure: dict[str, object]) -> None:
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: client.patch("Deployment", "shop", "web", {"spec": {"replicas": 2}}),
        lambda: client.patch_scale("Deployment", "shop", "web", 2),
        lambda: client.evict("shop", "web-1", uid="u"),
        lambda: client.delete("Pod", "shop", "web-1", uid="u"),
    ]
    for number, call in enumerate(calls, start=1):
        server.answer(**{"status": 200, "body": status_body(500, "Broken"), **failure})  # type: ignore[arg-type]
        with pytest.raises(KubernetesUnavailableError):
            await call()
        assert len(server.requests) == number


async def test_a_server_that_hangs_is_given_up_in_time(server: ApiServer, client: KubernetesClient) -> None:
    server.answer(200, hang=True)
    with pytest.raises(KubernetesUnavailableError, match="in time"):
        await client.get("Pod", "shop", "web", timeout=0.1)


async def test_no_server_is_unavailable(server: ApiServer, make_client: MakeClient) -> None:
    client = make_client(clock=InstantClock())
    server.answer(200, drop=True, times=99)
    with pytest.raises(KubernetesUnavailableError, match="cannot be reached"):
        await client.get("Pod", "shop", "web")


async def test_an_answer_that_is_not_json_is_unavailable(server: ApiServer, client: KubernetesClient) -> None:
    server.answer(200, b"<html>")
    with pytest.raises(KubernetesUnavailableError, match="not valid for a Kubernetes API server"):
        await client.get("Pod", "shop", "web")


async def test_a_dry_run_says_so_everywhere(server: ApiServer, client: KubernetesClient) -> None:
    server.answer(200, SCALE, times=4)
    await client.patch("Deployment", "shop", "web", {"spec": {}}, dry_run=True)
    await client.patch_scale("Deployment", "shop", "web", 5, dry_run=True)
    await client.evict("shop", "web-1", uid="u", dry_run=True)
    await client.delete("Pod", "shop", "web-1", uid="u", dry_run=True)
    patch, scale, evict, delete = server.requests
    assert patch.query["dryRun"] == scale.query["dryRun"] == "All"
    assert evict.body["deleteOptions"]["dryRun"] == delete.body["dryRun"] == ["All"]


async def test_what_writes_send(server: ApiServer, client: KubernetesClient) -> None:
    server.answer(200, SCALE, times=5)
    body = {"metadata": {"resourceVersion": "7", "uid": "u-1"}, "spec": {"paused": True}}
    await client.patch("Deployment", "shop", "web", body, patch_type="strategic")
    scale = await client.patch_scale("Deployment", "shop", "web", 5, resource_version="7")
    await client.evict("shop", "web-1", uid="u-2", grace_period_seconds=5)
    await client.delete("Pod", "shop", "web-1", uid="u-2", resource_version="8")
    patch, scaled, evict, delete = server.requests
    assert patch.headers["content-type"] == "application/strategic-merge-patch+json"
    assert patch.query == {"fieldManager": "hexaops"}
    assert patch.body == body
    assert scaled.path.endswith("/deployments/web/scale")
    assert scaled.body == {"spec": {"replicas": 5}, "metadata": {"resourceVersion": "7"}}
    assert (scale.uid, scale.desired, scale.current) == ("u-1", 3, 2)
    assert evict.path == "/api/v1/namespaces/shop/pods/web-1/eviction"
    assert evict.body["deleteOptions"]["preconditions"] == {"uid": "u-2"}
    assert delete.body["preconditions"] == {"uid": "u-2", "resourceVersion": "8"}


@pytest.mark.parametrize(
    ("status", "family", "general"),
    [
        (404, KubernetesNotFoundError, NotFoundError),
        (409, KubernetesConflictError, ConflictError),
        (403, KubernetesForbiddenError, KubernetesError),
        (401, KubernetesForbiddenError, KubernetesError),
        (422, KubernetesInvalidError, KubernetesError),
        (400, KubernetesInvalidError, KubernetesError),
        (500, KubernetesUnavailableError, UpstreamUnavailableError),
    ],
)
async def test_errors_are_typed_named_and_capped(
    server: ApiServer,
    client: KubernetesClient,
    status: int,
    family: type[KubernetesError],
    general: type[Exception],
) -> None:
    server.answer(status, status_body(status, "Reason", "x" * 5000))
    with pytest.raises(family) as caught:
        await client.patch("Deployment", "shop", "web", {})
    assert isinstance(caught.value, general)
    assert len(caught.value.message) < 500
    details = caught.value.details
    assert (details["kind"], details["namespace"], details["name"]) == ("Deployment", "shop", "web")


async def test_forbidden_names_the_missing_right(server: ApiServer, client: KubernetesClient) -> None:
    server.answer(403, status_body(403, "Forbidden", "no"))
    with pytest.raises(KubernetesForbiddenError) as caught:
        await client.patch_scale("StatefulSet", "shop", "db", 1)
    missing = {"verb": "patch", "group": "apps", "resource": "statefulsets/scale", "namespace": "shop"}
    assert caught.value.details["missing"] == missing


async def test_objects_quoted_by_the_server_are_not_repeated(server: ApiServer, client: KubernetesClient) -> None:
    quoted = 'Secret "x" is invalid: patch: Invalid value: "{\\"data\\":{\\"password\\":\\"hunter2\\"}}"'
    server.answer(422, status_body(422, "Invalid", quoted, causes=[{"field": "patch", "message": quoted}]))
    with pytest.raises(KubernetesInvalidError) as caught:
        await client.patch("Deployment", "shop", "web", {})
    assert "hunter2" not in str(caught.value) + str(caught.value.details)


async def test_an_eviction_refused_by_a_budget_is_told_apart_from_a_busy_server(
    server: ApiServer, client: KubernetesClient
) -> None:
    cause = {"reason": "DisruptionBudget", "message": "The disruption budget web needs 2 healthy pods"}
    server.answer(429, status_body(429, "TooManyRequests", "Cannot evict pod", causes=[cause]))
    with pytest.raises(EvictionRefusedError):
        await client.evict("shop", "web-1", uid="u")
    server.answer(429, status_body(429, "TooManyRequests", "too many requests"))
    with pytest.raises(KubernetesTooManyRequestsError):
        await client.evict("shop", "web-1", uid="u")


async def test_pod_log_asks_for_what_is_wanted(server: ApiServer, client: KubernetesClient) -> None:
    server.answer(200, b"one\ntwo \xff\n")
    text = await client.pod_log("shop", "web-1", container="main", tail_lines=0, since_seconds=60)
    assert text.splitlines() == ["one", "two \ufffd"]
    query = server.requests[0].query
    assert (query["container"], query["tailLines"], query["sinceSeconds"]) == ("main", "0", "60")
    assert "previous" not in query


async def test_access_reviews_for_ourselves_and_for_others(server: ApiServer, client: KubernetesClient) -> None:
    right = Right(verb="patch", group="apps", resource="deployments", subresource="scale", namespace="shop", name="web")
    server.answer(503, status_body(503, "ServiceUnavailable"))
    server.answer(201, {"status": {"allowed": True, "reason": "RBAC: allowed"}})
    server.answer(201, {"status": {"allowed": False, "evaluationError": "no such role"}})
    mine = await client.subject_access_review(right)
    other = await client.subject_access_review(right, user="alice", groups=("dev",))
    assert (mine.allowed, mine.reason) == (True, "RBAC: allowed")
    assert (other.allowed, other.reason) == (False, "no such role")
    own, foreign = server.requests[1:]
    assert own.path == "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    assert own.body["spec"]["resourceAttributes"]["subresource"] == "scale"
    assert foreign.path == "/apis/authorization.k8s.io/v1/subjectaccessreviews"
    assert (foreign.body["spec"]["user"], foreign.body["spec"]["groups"]) == ("alice", ["dev"])


async def test_whoami_where_the_cluster_can_and_cannot_tell(server: ApiServer, client: KubernetesClient) -> None:
    server.answer(201, {"status": {"userInfo": {"username": "reader", "groups": ["g"]}}})
    found = await client.whoami()
    assert found is not None
    assert found.username == "reader"
    assert await client.whoami() is None


async def test_version_and_groups(server: ApiServer, client: KubernetesClient) -> None:
    server.answer(200, {"gitVersion": "v1.36.3", "major": "1", "minor": "36"})
    assert (await client.server_version()).git_version == "v1.36.3"
    server.answer(200, {"groups": [{"name": "apps"}, {"name": "tekton.dev"}]}, times=2)
    assert await client.has_group("tekton.dev")
    assert not await client.has_group("serving.knative.dev")
