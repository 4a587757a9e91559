"""The same cases on the simulator and on the real API server; what the simulator refuses, it refuses clearly.

The cases of the simulator run without a control plane too (`make test`).
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hexaops.kit.durations import parse_time
from testenv.harness.control_plane import Object
from tests.cluster.both import APPLY, JSON_PATCH, MERGE, STRATEGIC, Server, real, simulated

APPS, POLICY, HPA = "apps/v1", "policy/v1", "autoscaling/v2"
KWOK = "kwok.x-k8s.io/v1alpha1"
KWOK_LOGS = {"apiVersion": KWOK, "kind": "Logs"}
REVIEWS = "/apis/authorization.k8s.io/v1"


@pytest.fixture(scope="module", params=["simulator", pytest.param("real", marks=pytest.mark.cluster)])
def running(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Each of the two servers."""
    made = simulated() if request.param == "simulator" else real(request.getfixturevalue("plane"))
    with made as server:
        yield server


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    """The server, with a namespace of the test's own."""
    with running.own_namespace():
        yield running


def service(name: str) -> Object:
    return {"metadata": {"name": name, "labels": {"tier": "web"}}, "spec": {"ports": [{"port": 80}]}}


def deployment(name: str = "web", replicas: int = 0, **annotations: str) -> Object:
    labels = {"app": name}
    container = {"name": "main", "image": "nginx:1", "resources": {"requests": {"cpu": "10m"}}}
    template = {"metadata": {"labels": labels, "annotations": annotations}, "spec": {"containers": [container]}}
    return {"metadata": {"name": name}, "spec": {"replicas": replicas, "selector": {"matchLabels": labels},
                                                 "template": template}}  # fmt: skip


def ready(server: Server, name: str, count: int) -> list[Object]:
    """The application's pods, once so many are ready."""

    def reached() -> list[Object] | None:
        items = server.ask("GET", server.path("pods") + f"?labelSelector=app%3D{name}")["items"]
        good = [
            pod for pod in items
            for one in pod["status"].get("conditions", ()) if one["type"] == "Ready" and one["status"] == "True"
        ]  # fmt: skip
        return good if len(good) == count else None

    found: list[Object] = server.until(reached)
    return found


# ---------------------------------------------------------------- list and watch


def test_lists_come_in_pages_of_one_version(server: Server) -> None:
    for number in range(5):
        server.make("services", service(f"s{number}"))
    names, versions, query = [], set(), "?limit=2"
    while True:
        page = server.ask("GET", server.path("services") + query)
        names += [item["metadata"]["name"] for item in page["items"]]
        versions.add(page["metadata"]["resourceVersion"])
        if not (token := page["metadata"].get("continue")):
            break
        assert page["metadata"]["remainingItemCount"] == 5 - len(names)
        server.make("services", service(f"later-{len(names)}"))  # not part of the list that has begun
        query = f"?limit=2&continue={token}"
    assert names == [f"s{number}" for number in range(5)]
    assert len(versions) == 1


def test_a_broken_continue_token_is_refused(server: Server) -> None:
    error = server.ask("GET", server.path("services") + "?limit=2&continue=nonsense", code=400)
    assert error["reason"] == "BadRequest"


def test_a_token_of_a_compacted_version_is_gone(server: Server) -> None:
    for number in range(4):
        server.make("services", service(f"s{number}"))
    page = server.ask("GET", server.path("services") + "?limit=2")
    token = json.loads(base64.urlsafe_b64decode(page["metadata"]["continue"] + "=="))
    server.ask("DELETE", server.path("services") + "/s0")
    server.compact()
    old = base64.urlsafe_b64encode(json.dumps({**token, "rv": 2}).encode()).decode().rstrip("=")
    error = server.ask("GET", server.path("services") + f"?limit=2&continue={old}", code=410)
    assert error["reason"] == "Expired"
    rest = server.ask("GET", server.path("services") + f"?limit=9&continue={error['metadata']['continue']}")
    assert [item["metadata"]["name"] for item in rest["items"]] == ["s2", "s3"]


def test_a_watch_tells_every_change_since_a_version_and_ends_with_a_bookmark(server: Server) -> None:
    path = server.path("services")
    version = server.ask("GET", path)["metadata"]["resourceVersion"]
    made = server.make("services", service("one"))
    server.ask("PATCH", f"{path}/one", {"metadata": {"labels": {"tier": "data"}}}, media=MERGE)
    server.ask("DELETE", f"{path}/one")
    events = server.watch(path, version, seconds=5 if server.simulated else 12, query="&allowWatchBookmarks=true")
    assert [event["type"] for event in events][:3] == ["ADDED", "MODIFIED", "DELETED"]
    assert {event["type"] for event in events[3:]} == {"BOOKMARK"}
    assert events[0]["object"]["metadata"]["uid"] == made["metadata"]["uid"]
    versions = [int(event["object"]["metadata"]["resourceVersion"]) for event in events]
    assert versions == sorted(versions)
    assert server.watch(path, str(versions[1]), seconds=2)[0]["type"] == "DELETED"


def test_a_watch_from_a_forgotten_version_is_gone(server: Server) -> None:
    server.make("services", service("one"))
    server.ask("DELETE", server.path("services") + "/one")
    server.compact()
    event = server.watch("/api/v1/services", "1", seconds=2)[0]
    assert (event["type"], event["object"]["code"], event["object"]["reason"]) == ("ERROR", 410, "Expired")


def test_a_watch_with_a_selector_tells_what_leaves_it(server: Server) -> None:
    path = server.path("services")
    version = server.make("services", service("one"))["metadata"]["resourceVersion"]
    server.ask("PATCH", f"{path}/one", {"metadata": {"labels": {"tier": "data"}}}, media=MERGE)
    (event,) = server.watch(path, version, seconds=2, query="&labelSelector=tier%3Dweb")
    assert event["type"] == "DELETED"


def test_initial_events_are_streamed(server: Server) -> None:
    server.make("services", service("one"))
    query = "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
    events = server.watch(server.path("services"), "", seconds=3, query=query)
    assert [event["type"] for event in events[:2]] == ["ADDED", "BOOKMARK"]
    assert events[1]["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}


def test_field_selectors(server: Server) -> None:
    for name in ("one", "two"):
        server.make("services", service(name))
    found = server.ask("GET", server.path("services") + "?fieldSelector=metadata.name%3Dtwo")["items"]
    assert [item["metadata"]["name"] for item in found] == ["two"]
    server.ask("GET", server.path("services") + "?fieldSelector=spec.unknown%3D1", code=400)


# ---------------------------------------------------------------- writing


def test_patches(server: Server) -> None:
    server.make("deployments", deployment(), APPS)
    path = server.path("deployments", APPS) + "/web"
    env = {"spec": {"template": {"spec": {"containers": [{"name": "main", "env": [{"name": "A", "value": "1"}]}]}}}}
    merged = server.ask("PATCH", path, env, media=STRATEGIC)
    container = merged["spec"]["template"]["spec"]["containers"][0]
    assert (container["image"], container["env"]) == ("nginx:1", [{"name": "A", "value": "1"}])
    assert merged["metadata"]["generation"] == 2
    error = server.ask("PATCH", path, env, media=MERGE, code=422)
    assert [cause["field"] for cause in error["details"]["causes"]] == ["spec.template.spec.containers[0].image"]
    test = [{"op": "test", "path": "/spec/replicas", "value": 9}, {"op": "remove", "path": "/spec/replicas"}]
    assert server.ask("PATCH", path, test, media=JSON_PATCH, code=422)["reason"] == "Invalid"
    server.ask("PATCH", path, {"metadata": {"annotations": {"a": None}}}, media=MERGE)
    assert server.ask("GET", path)["metadata"]["generation"] == 2


def test_conflicts(server: Server) -> None:
    made = server.make("deployments", deployment(), APPS)
    path = server.path("deployments", APPS) + "/web"
    old = {"metadata": {"resourceVersion": "1"}, "spec": {"replicas": 0}}
    assert server.ask("PATCH", path, old, media=MERGE, code=409)["reason"] == "Conflict"
    uid = {"metadata": {"uid": "00000000-0000-4000-8000-000000000000"}}
    assert server.ask("PATCH", path, uid, media=MERGE, code=422)["reason"] == "Invalid"
    assert server.make("deployments", deployment(), APPS, code=409)["reason"] == "AlreadyExists"
    options = {"preconditions": {"uid": "00000000-0000-4000-8000-000000000000"}}
    assert server.ask("DELETE", path, options, code=409)["reason"] == "Conflict"
    stale = {**made, "metadata": {**made["metadata"], "resourceVersion": "1"}}
    assert server.ask("PUT", path, stale, code=409)["reason"] == "Conflict"


def test_dry_runs_write_nothing(server: Server) -> None:
    query = "?dryRun=All"
    assert server.ask("POST", server.path("services") + query, service("dry"), code=201)["metadata"]["name"] == "dry"
    server.ask("GET", server.path("services") + "/dry", code=404)
    made = server.make("deployments", deployment(), APPS)
    path = server.path("deployments", APPS) + "/web"
    planned = server.ask("PATCH", path + query, {"spec": {"paused": True}}, media=MERGE)
    assert planned["spec"]["paused"] is True
    assert planned["metadata"]["generation"] == 2
    assert server.ask("GET", path)["metadata"]["generation"] == 1
    server.ask("DELETE", path + query)
    assert server.ask("GET", path)["metadata"]["uid"] == made["metadata"]["uid"]
    server.ask("PATCH", path + "?dryRun=Some", {"spec": {}}, media=MERGE, code=422)


def at_rest(server: Server, path: str) -> Object:
    """The object once its controllers have left it alone for a second: they write to a new one several times."""
    version, since = "", time.monotonic()

    def reached() -> Object | None:
        nonlocal version, since
        found: Object = server.ask("GET", path)
        if found["metadata"]["resourceVersion"] != version:
            version, since = found["metadata"]["resourceVersion"], time.monotonic()
        return found if time.monotonic() - since > 1.0 else None

    at: Object = server.until(reached)
    return at


def test_scale(server: Server) -> None:
    server.make("deployments", deployment(), APPS)
    path = server.path("deployments", APPS) + "/web/scale"
    scale = at_rest(server, path)
    assert (scale["kind"], scale["spec"].get("replicas", 0), scale["status"]["selector"]) == ("Scale", 0, "app=web")
    body = {"metadata": {"resourceVersion": scale["metadata"]["resourceVersion"]}, "spec": {"replicas": 2}}
    assert server.ask("PATCH", path + "?dryRun=All", body, media=MERGE)["spec"]["replicas"] == 2
    assert server.ask("PATCH", path, body, media=MERGE)["spec"]["replicas"] == 2
    assert server.ask("PATCH", path, body, media=MERGE, code=409)["reason"] == "Conflict"
    assert server.ask("PATCH", path, {"spec": {"replicas": -1}}, media=MERGE, code=422)["reason"] == "Invalid"
    ready(server, "web", 2)


def test_a_scaling_amid_a_stuck_rollout_is_shared_out(server: Server) -> None:
    """Three ready and one that finds no node; made 5, and 3 again, the new pods stay and a ready one goes."""
    server.make("deployments", deployment(replicas=3), APPS)
    ready(server, "web", 3)
    path = server.path("deployments", APPS) + "/web"

    def sizes() -> list[int]:
        sets = server.ask("GET", server.path("replicasets", APPS))["items"]
        by_age = sorted(sets, key=lambda one: int(one["metadata"]["annotations"]["deployment.kubernetes.io/revision"]))
        return [one["spec"]["replicas"] for one in by_age]

    def changed_to(spec: Object, shared: list[int]) -> None:
        server.ask("PATCH", path, {"spec": spec}, media=MERGE)
        server.until(lambda: sizes() == shared)
        ready(server, "web", shared[0])

    changed_to({"template": {"spec": {"nodeSelector": {"tide": "none"}}}}, [3, 1])
    changed_to({"replicas": 5}, [4, 3])
    changed_to({"replicas": 3}, [2, 2])


def test_finalizers_hold_an_object(server: Server) -> None:
    server.make("services", {**service("held"), "metadata": {"name": "held", "finalizers": ["example.com/hold"]}})
    path = server.path("services") + "/held"
    server.ask("DELETE", path)
    assert server.ask("GET", path)["metadata"]["deletionTimestamp"]
    server.ask("PATCH", path, {"metadata": {"finalizers": None}}, media=MERGE)
    server.ask("GET", path, code=404)


def test_server_side_apply(server: Server) -> None:
    path = server.path("services") + "/applied?fieldManager=tester"
    body = {"apiVersion": "v1", "kind": "Service", **service("applied")}
    if server.simulated:
        error = server.ask("PATCH", path, body, media=APPLY, code=415)
        assert "does not support server-side apply" in error["message"]
        return
    made = server.ask("PATCH", path, body, media=APPLY, code=201)
    assert made["metadata"]["managedFields"][0]["manager"] == "tester"
    other = {**body, "spec": {"ports": [{"port": 80, "name": "x"}], "type": "NodePort"}}
    server.ask("PATCH", path.replace("tester", "other"), {**other, "metadata": {"name": "applied"}}, media=APPLY)
    mine = {**body, "spec": {**body["spec"], "type": "ClusterIP"}}
    assert server.ask("PATCH", path, mine, media=APPLY, code=409)["reason"] == "Conflict"


# ---------------------------------------------------------------- budgets, autoscalers, quotas


def test_evictions_hold_to_budgets(server: Server) -> None:
    server.make("deployments", deployment(replicas=2), APPS)
    budget = {"metadata": {"name": "web"}, "spec": {"minAvailable": 2, "selector": {"matchLabels": {"app": "web"}}}}
    pods = ready(server, "web", 2)
    server.make("poddisruptionbudgets", budget, POLICY)
    path = server.path("poddisruptionbudgets", POLICY) + "/web"
    server.until(lambda: server.ask("GET", path).get("status", {}).get("expectedPods") == 2)
    name = pods[0]["metadata"]["name"]
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}}
    where = server.path("pods") + f"/{name}/eviction"
    error = server.ask("POST", where, eviction, code=429)
    assert (error["reason"], error["details"]["causes"][0]["reason"]) == ("TooManyRequests", "DisruptionBudget")
    server.ask("PATCH", path, {"spec": {"minAvailable": 1}}, media=MERGE)
    server.until(lambda: server.ask("GET", path)["status"]["disruptionsAllowed"] == 1)
    server.ask("POST", where, eviction, code=201)
    server.until(lambda: name not in {pod["metadata"]["name"] for pod in ready(server, "web", 2)})


def autoscaler(least: int, most: int) -> Object:
    target = {"type": "Utilization", "averageUtilization": 50}
    return {"metadata": {"name": "web"}, "spec": {
        "scaleTargetRef": {"apiVersion": APPS, "kind": "Deployment", "name": "web"},
        "minReplicas": least, "maxReplicas": most,
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]}}  # fmt: skip


def test_an_autoscaler_holds_its_bounds(server: Server) -> None:
    server.make("deployments", deployment(replicas=1), APPS)
    error = server.make("horizontalpodautoscalers", autoscaler(5, 2), HPA, code=422)
    assert error["details"]["causes"][0]["field"] == "spec.maxReplicas"
    server.make("horizontalpodautoscalers", autoscaler(2, 4), HPA)
    ready(server, "web", 2)
    found = server.ask("GET", server.path("horizontalpodautoscalers", HPA) + "/web")
    assert {one["type"] for one in server.until(lambda: found["status"].get("conditions"))} >= {"AbleToScale"}


def test_quotas(server: Server) -> None:
    server.make("resourcequotas", {"metadata": {"name": "few"}, "spec": {"hard": {"pods": "1"}}})
    path = server.path("resourcequotas") + "/few"
    server.until(lambda: server.ask("GET", path).get("status", {}).get("hard"))
    server.make("deployments", deployment(replicas=2), APPS)
    ready(server, "web", 1)
    server.until(lambda: server.ask("GET", path)["status"]["used"] == {"pods": "1"})

    def refused() -> list[Object]:
        status = server.ask("GET", server.path("deployments", APPS) + "/web")["status"]
        return [one for one in status.get("conditions", ()) if one["type"] == "ReplicaFailure"]

    (condition,) = server.until(refused)
    assert "exceeded quota: few" in condition["message"]


# ---------------------------------------------------------------- rights


def test_access_reviews(server: Server) -> None:
    def review(kind: str, **spec: Any) -> bool:
        attributes = {"verb": "patch", "group": "apps", "resource": "deployments", "namespace": server.namespace}
        body = {"spec": {"resourceAttributes": attributes, **spec}}
        answer = server.ask("POST", f"{REVIEWS}/{kind}", body, code=201)
        return bool(answer["status"]["allowed"])

    assert review("selfsubjectaccessreviews") is True
    assert review("subjectaccessreviews", user="nobody-at-all") is False
    assert review("subjectaccessreviews", user="x", groups=["system:masters"]) is True
    server.ask("POST", f"{REVIEWS}/subjectaccessreviews", {"spec": {"user": "x"}}, code=422)


def test_impersonation(server: Server) -> None:
    answer = server.client.get(server.path("services"), headers={"Impersonate-User": "nobody-at-all"})
    assert answer.status_code == (501 if server.simulated else 403)
    words = "does not support impersonation" if server.simulated else 'User "nobody-at-all" cannot list resource'
    assert words in answer.json()["message"]


def test_custom_resources(server: Server) -> None:
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    if server.simulated:
        assert server.ask("GET", path, code=404)
        return
    assert server.ask("GET", path)["kind"] == "CustomResourceDefinitionList"


def test_unknown_credentials_are_refused(server: Server) -> None:
    answer = server.client.get(server.path("services"), headers={"Authorization": "Bearer nonsense"})
    assert (answer.status_code, answer.json()["reason"]) == (401, "Unauthorized")


# ---------------------------------------------------------------- events, logs, metrics


def test_events_of_a_pod(server: Server) -> None:
    server.make("deployments", deployment(replicas=1), APPS)
    (pod,) = ready(server, "web", 1)
    selector = f"?fieldSelector=involvedObject.uid%3D{pod['metadata']['uid']}"

    def told() -> set[str]:
        return {event["reason"] for event in server.ask("GET", server.path("events") + selector)["items"]}

    assert "Scheduled" in server.until(told)


def test_logs_of_what_is_not_there(server: Server) -> None:
    server.ask("GET", server.path("pods") + "/none/log", code=404)
    server.make("deployments", deployment(replicas=1), APPS)
    (pod,) = ready(server, "web", 1)
    path = server.path("pods") + f"/{pod['metadata']['name']}/log"
    error = server.ask("GET", path + "?container=other", code=400)
    assert "container other is not valid for pod" in error["message"]


def test_logs(server: Server, tmp_path: Path) -> None:
    server.make("deployments", deployment(replicas=1), APPS)
    (pod,) = ready(server, "web", 1)
    name = pod["metadata"]["name"]
    if not server.simulated:
        log_from(server, name, tmp_path / "log")
    path = server.path("pods") + f"/{name}/log"

    def lines(query: str = "") -> list[str]:
        return str(server.ask("GET", f"{path}?{query}")).splitlines()

    server.until(lambda: len(lines()) > 3)
    whole = lines("tailLines=3&timestamps=true")
    moments, said = [line.partition(" ")[0] for line in whole], [line.partition(" ")[2] for line in whole]
    assert len(whole) == 3
    assert moments == sorted(moments)
    assert all(parse_time(moment).tzinfo for moment in moments)
    since = f"sinceTime={moments[0].partition('.')[0]}Z"
    assert [line for line in lines(since) if line in said][-3:] == said
    assert lines(since) == lines()[-len(lines(since)) :]
    assert lines("tailLines=0") == []
    assert len(server.ask("GET", f"{path}?limitBytes=10")) == 10
    for query in ("tailLines=-1", "sinceSeconds=0", f"sinceSeconds=5&{since}"):
        assert server.ask("GET", f"{path}?{query}", code=422)["reason"] == "Invalid"


def log_from(server: Server, pod: str, file: Path) -> None:
    """What a container of the real server's pods logs is a file's content: there is no container."""
    now = datetime.now(UTC)
    moments = [(now - timedelta(seconds=60 - number)).strftime("%Y-%m-%dT%H:%M:%S.%f000Z") for number in range(50)]
    file.write_text("".join(f"{moment} stdout F tide {number} read\n" for number, moment in enumerate(moments)))
    spec = {"logs": [{"containers": ["main"], "logsFile": str(file)}]}
    server.make("logs", {"metadata": {"name": pod}, "spec": spec} | KWOK_LOGS, KWOK)


def test_usage(server: Server) -> None:
    annotations = {"kwok.x-k8s.io/usage-cpu": "25m", "kwok.x-k8s.io/usage-memory": "40Mi"}
    server.make("deployments", deployment(replicas=1, **annotations), APPS)
    (pod,) = ready(server, "web", 1)
    path = server.path("pods", "metrics.k8s.io/v1beta1")
    item = server.until(lambda: next(iter(server.ask("GET", path)["items"]), None))
    assert item["metadata"]["name"] == pod["metadata"]["name"]
    assert {"timestamp", "window", "containers"} <= item.keys()
    assert {"cpu", "memory"} <= item["containers"][0]["usage"].keys()
    assert server.ask("GET", f"{path}/none", code=404)["reason"] == "NotFound"


def test_tables(server: Server) -> None:
    server.make("deployments", deployment(), APPS)
    accept = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
    table = server.client.get(server.path("deployments", APPS), headers=accept).json()
    assert [column["name"] for column in table["columnDefinitions"][:5]] == [
        "Name", "Ready", "Up-to-date", "Available", "Age"]  # fmt: skip
    assert table["rows"][0]["cells"][:2] == ["web", "0/0"]
