"""create and update: what the server adds, refuses, and leaves as it is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.server.conftest import Api
from tests.simulator.server.objects import CONFIG_MAPS, DEPLOYMENTS, PODS, config_map, deployment

Object = dict[str, Any]


async def test_create_sets_identity_defaults_and_manager(api: Api) -> None:
    created = await api.post(f"{DEPLOYMENTS}?fieldManager=hexaops", deployment())
    metadata = created["metadata"]
    assert metadata["generation"] == 1
    assert metadata["resourceVersion"] == str(api.store.resource_version)
    assert metadata["uid"]
    assert metadata["creationTimestamp"].endswith("Z")
    assert created["spec"]["progressDeadlineSeconds"] == 600
    assert created["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] == "IfNotPresent"
    entry = metadata["managedFields"][0]
    assert (entry["manager"], entry["operation"], entry["apiVersion"]) == ("hexaops", "Update", "apps/v1")
    assert 'k:{"name":"main"}' in entry["fieldsV1"]["f:spec"]["f:template"]["f:spec"]["f:containers"]


async def test_create_without_kind_and_namespace_takes_them_from_the_path(api: Api) -> None:
    created = await api.post(CONFIG_MAPS, {"metadata": {"name": "plain"}, "data": {"a": "b"}})
    assert (created["kind"], created["metadata"]["namespace"]) == ("ConfigMap", "demo")


async def test_names_are_generated(api: Api) -> None:
    created = await api.post(CONFIG_MAPS, {"metadata": {"generateName": "run-"}})
    assert created["metadata"]["name"].startswith("run-")
    assert len(created["metadata"]["name"]) == len("run-") + 5


async def test_yaml_bodies_are_understood(api: Api) -> None:
    body = "metadata: {name: from-yaml}\ndata: {a: b}\n"
    answer = await api.client.post(CONFIG_MAPS, content=body, headers={"Content-Type": "application/yaml"})
    assert (answer.status_code, answer.json()["data"]) == (201, {"a": "b"})


def broken(**spec: Any) -> Object:
    """A Deployment with another spec."""
    body = deployment()
    return {**body, "spec": {**body["spec"], **spec}}


async def test_network_policies_get_their_defaults_and_are_checked(api: Api) -> None:
    path = "/apis/networking.k8s.io/v1/namespaces/demo/networkpolicies"
    rule = {"ports": [{"port": 53}], "to": [{"namespaceSelector": {}}]}
    created = await api.post(path, {"metadata": {"name": "dns"}, "spec": {"egress": [rule]}})
    assert created["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert created["spec"]["podSelector"] == {}
    assert created["spec"]["egress"][0]["ports"] == [{"port": 53, "protocol": "TCP"}]
    mixed = {"ingress": [{"from": [{"podSelector": {}, "ipBlock": {"cidr": "10.0.0.0/8"}}, {}]}]}
    refused = await api.client.post(path, json={"metadata": {"name": "mixed"}, "spec": mixed})
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["details"]["causes"]] == [
        "spec.ingress[0].from[0]", "spec.ingress[0].from[1]",
    ]  # fmt: skip


NO_SELECTOR = {key: value for key, value in deployment()["spec"].items() if key != "selector"}


@pytest.mark.parametrize(
    ("body", "status", "reason", "part"),
    [
        ({**deployment(), "kind": "Pod", "apiVersion": "v1"}, 400, "BadRequest", "cannot be handled as a Deployment"),
        ({**deployment(), "metadata": {"name": "a", "namespace": "x"}}, 400, "BadRequest", "does not match the namesp"),
        ({**deployment(), "metadata": {}}, 422, "Invalid", "name or generateName is required"),
        ({**deployment(), "metadata": {"name": "X_"}}, 422, "Invalid", "a lowercase RFC 1123 subdomain must consist"),
        ({**deployment(), "metadata": {"name": "a", "resourceVersion": "1"}}, 400, "BadRequest", "should not be set"),
        ({**deployment(), "spec": NO_SELECTOR}, 422, "Invalid", "spec.selector: Required value"),
        (broken(replicas=-1), 422, "Invalid", "spec.replicas: Invalid value: -1: must be greater than or equal to 0"),
        (broken(replicas="a"), 400, "BadRequest", "json: cannot unmarshal string into Go struct field"),
        (broken(selector={"matchLabels": {"a": "b"}}), 422, "Invalid", "`selector` does not match template `labels`"),
        (broken(template={"metadata": {"labels": {"app": "web"}}, "spec": {}}), 422, "Invalid", "containers: Required"),
        (
            broken(template={"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "a"}]}}),
            422,
            "Invalid",
            "spec.template.spec.containers[0].image: Required value",
        ),
    ],
)
async def test_a_broken_deployment_is_refused(api: Api, body: Object, status: int, reason: str, part: str) -> None:
    answer = await api.client.post(DEPLOYMENTS, json=body)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert part in answer.json()["message"]
    assert api.store.list("deployments.apps") == []


@pytest.mark.parametrize(
    ("content", "media", "status", "part"),
    [
        (b"{bad", "application/json", 400, "couldn't get version/kind; json parse error"),
        (b"", "application/json", 400, "couldn't get version/kind; json parse error"),
        (b"[1]", "application/json", 400, "json: cannot unmarshal"),
        (b"a: b", "text/plain", 415, "the body of the request was in an unknown format"),
        (b"a: [", "application/yaml", 400, "error converting YAML to JSON"),
    ],
)
async def test_what_is_no_object_is_refused(api: Api, content: bytes, media: str, status: int, part: str) -> None:
    answer = await api.client.post(DEPLOYMENTS, content=content, headers={"Content-Type": media})
    assert answer.status_code == status
    assert part in answer.json()["message"]


async def test_causes_name_the_fields(api: Api) -> None:
    answer = await api.client.post(DEPLOYMENTS, json=broken(replicas=-1))
    details = answer.json()["details"]
    assert (details["group"], details["kind"], details["name"]) == ("apps", "Deployment", "web")
    assert details["causes"] == [
        {
            "reason": "FieldValueInvalid",
            "message": "Invalid value: -1: must be greater than or equal to 0",
            "field": "spec.replicas",
        }
    ]


async def test_unknown_fields_are_dropped_with_a_warning_or_refused(api: Api) -> None:
    body = {**config_map("a"), "spek": 1}
    warned = await api.client.post(CONFIG_MAPS, json=body)
    assert warned.headers["warning"] == '299 - "unknown field \\"spek\\""'
    assert "spek" not in warned.json()
    body["metadata"] = {"name": "b"}
    refused = await api.client.post(f"{CONFIG_MAPS}?fieldValidation=Strict", json=body)
    assert refused.status_code == 400
    assert 'strict decoding error: unknown field "spek"' in refused.json()["message"]
    ignored = await api.client.post(f"{CONFIG_MAPS}?fieldValidation=Ignore", json=body)
    assert "warning" not in ignored.headers


async def test_a_second_object_of_the_name_is_409(api: Api) -> None:
    await api.post(DEPLOYMENTS, deployment())
    answer = await api.client.post(DEPLOYMENTS, json=deployment())
    assert (answer.status_code, answer.json()["reason"]) == (409, "AlreadyExists")
    assert answer.json()["message"] == 'deployments.apps "web" already exists'


async def test_namespaces_have_to_be_there_and_to_stay(api: Api) -> None:
    answer = await api.client.post("/api/v1/namespaces/nowhere/configmaps", json={"metadata": {"name": "a"}})
    assert (answer.status_code, answer.json()["message"]) == (404, 'namespaces "nowhere" not found')
    await api.client.delete("/api/v1/namespaces/demo")
    assert (await api.get("/api/v1/namespaces/demo"))["status"]["phase"] == "Terminating"
    answer = await api.client.post(CONFIG_MAPS, json={"metadata": {"name": "a"}})
    assert (answer.status_code, answer.json()["details"]["causes"][0]["reason"]) == (403, "NamespaceTerminating")


async def test_a_quota_bounds_pods(api: Api) -> None:
    api.store.create(
        "resourcequotas",
        {"metadata": {"name": "small", "namespace": "demo"}, "spec": {"hard": {"pods": "1", "requests.cpu": "1"}}},
    )
    body = {
        "metadata": {"name": "one"},
        "spec": {"containers": [{"name": "a", "image": "b", "resources": {"requests": {"cpu": "600m"}}}]},
    }
    await api.post(PODS, body)
    answer = await api.client.post(PODS, json={**body, "metadata": {"name": "two"}})
    assert (answer.status_code, answer.json()["reason"]) == (403, "Forbidden")
    assert answer.json()["message"].startswith('pods "two" is forbidden: exceeded quota: small, requested: ')


async def test_update_needs_the_latest_version(api: Api) -> None:
    created = await api.post(CONFIG_MAPS, config_map("a", x="1"))
    newer = await api.client.put(f"{CONFIG_MAPS}/a", json={**created, "data": {"x": "2"}})
    assert newer.status_code == 200
    answer = await api.client.put(f"{CONFIG_MAPS}/a", json={**created, "data": {"x": "3"}})
    assert (answer.status_code, answer.json()["reason"]) == (409, "Conflict")
    assert answer.json()["message"] == (
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to '
        "the latest version and try again"
    )
    without = await api.client.put(f"{CONFIG_MAPS}/a", json=config_map("a", x="4"))
    assert without.json()["data"] == {"x": "4"}


async def test_update_needs_the_same_object(api: Api) -> None:
    created = await api.post(CONFIG_MAPS, config_map("a"))
    other = {**created, "metadata": {**created["metadata"], "uid": "other"}}
    answer = await api.client.put(f"{CONFIG_MAPS}/a", json=other)
    assert answer.status_code == 409
    assert "Precondition failed: UID in precondition: other" in answer.json()["message"]
    renamed = await api.client.put(f"{CONFIG_MAPS}/b", json=created)
    assert renamed.json()["message"] == "the name of the object (a) does not match the name on the URL (b)"


async def test_a_write_that_changes_nothing_keeps_the_version(api: Api) -> None:
    created = await api.post(DEPLOYMENTS, deployment())
    answer = await api.client.put(f"{DEPLOYMENTS}/web", json=created)
    assert answer.json()["metadata"]["resourceVersion"] == created["metadata"]["resourceVersion"]


async def test_spec_and_status_are_written_apart(api: Api) -> None:
    created = await api.post(DEPLOYMENTS, {**deployment(), "status": {"replicas": 9}})
    assert created["status"] == {}
    spec = {**created["spec"], "replicas": 5}
    await api.client.put(f"{DEPLOYMENTS}/web", json={**created, "spec": spec, "status": {"replicas": 7}})
    found = await api.get(f"{DEPLOYMENTS}/web")
    assert (found["spec"]["replicas"], found["status"], found["metadata"]["generation"]) == (5, {}, 2)
    changed = {**found, "spec": created["spec"], "status": {"replicas": 8}}
    answer = await api.client.put(f"{DEPLOYMENTS}/web/status", json=changed)
    assert (answer.json()["spec"]["replicas"], answer.json()["status"]["replicas"]) == (5, 8)
    assert answer.json()["metadata"]["generation"] == 2
    assert answer.json()["metadata"]["managedFields"][-1]["subresource"] == "status"


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"selector": {"matchLabels": {"app": "web", "x": "y"}}}, "field is immutable"),
        ({"replicas": -2}, "must be greater than or equal to 0"),
    ],
)
async def test_an_update_is_held_to_the_rules(api: Api, change: Object, part: str) -> None:
    created = await api.post(DEPLOYMENTS, deployment())
    answer = await api.client.put(f"{DEPLOYMENTS}/web", json={**created, "spec": {**created["spec"], **change}})
    assert (answer.status_code, answer.json()["reason"]) == (422, "Invalid")
    assert part in answer.json()["message"]


async def test_dry_runs_answer_as_writes_and_write_nothing(api: Api) -> None:
    before = api.store.resource_version
    created = await api.post(f"{DEPLOYMENTS}?dryRun=All", deployment())
    assert created["metadata"]["uid"]
    assert "resourceVersion" not in created["metadata"]
    assert (api.store.resource_version, api.store.list("deployments.apps")) == (before, [])
    stored = await api.post(DEPLOYMENTS, deployment())
    changed = {**stored, "spec": {**stored["spec"], "replicas": 5}}
    answer = await api.client.put(f"{DEPLOYMENTS}/web?dryRun=All", json=changed)
    assert (answer.json()["spec"]["replicas"], answer.json()["metadata"]["generation"]) == (5, 2)
    assert answer.json()["metadata"]["resourceVersion"] == stored["metadata"]["resourceVersion"]
    assert (await api.get(f"{DEPLOYMENTS}/web"))["spec"]["replicas"] == 3
    refused = await api.client.put(f"{DEPLOYMENTS}/web?dryRun=Some", json=changed)
    assert (refused.status_code, refused.json()["details"]["kind"]) == (422, "UpdateOptions")


async def test_fields_go_to_who_changed_them_last(api: Api) -> None:
    await api.post(f"{CONFIG_MAPS}?fieldManager=one", config_map("a", x="1", y="1"))
    await api.patch(f"{CONFIG_MAPS}/a?fieldManager=two", {"data": {"y": "2"}})
    entries = (await api.get(f"{CONFIG_MAPS}/a"))["metadata"]["managedFields"]
    owned = {entry["manager"]: entry["fieldsV1"]["f:data"] for entry in entries}
    assert owned == {"one": {".": {}, "f:x": {}}, "two": {"f:y": {}}}


TARGET = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}


@pytest.mark.parametrize(
    ("path", "body", "part"),
    [
        (
            "/apis/autoscaling/v2/namespaces/demo/horizontalpodautoscalers",
            {"scaleTargetRef": TARGET, "minReplicas": 5, "maxReplicas": 2},
            "spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`",
        ),
        (
            "/apis/policy/v1/namespaces/demo/poddisruptionbudgets",
            {"minAvailable": 1, "maxUnavailable": 1},
            "minAvailable and maxUnavailable cannot be both set",
        ),
        ("/api/v1/namespaces/demo/services", {"selector": {"a": "b"}}, "spec.ports: Required value"),
        ("/api/v1/namespaces/demo/pods", {"containers": []}, "spec.containers: Required value"),
    ],
)
async def test_other_kinds_are_held_to_their_rules(api: Api, path: str, body: Object, part: str) -> None:
    answer = await api.client.post(path, json={"metadata": {"name": "x"}, "spec": body})
    assert (answer.status_code, answer.json()["reason"]) == (422, "Invalid")
    assert part in answer.json()["message"]


async def test_services_get_an_address(api: Api) -> None:
    body = {"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}
    first = await api.post("/api/v1/namespaces/demo/services", body)
    second = await api.post("/api/v1/namespaces/demo/services", {**body, "metadata": {"name": "web2"}})
    assert first["spec"]["clusterIP"].startswith("10.96.")
    assert first["spec"]["clusterIP"] != second["spec"]["clusterIP"]
    assert first["spec"]["ports"] == [{"port": 80, "protocol": "TCP", "targetPort": 80}]


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", f"{DEPLOYMENTS}/web"), ("PUT", DEPLOYMENTS), ("PATCH", DEPLOYMENTS), ("DELETE", "/api/v1/pods"),
     ("POST", "/apis/apps/v1/deployments"), ("POST", f"{DEPLOYMENTS}/web/scale"), ("GET", f"{PODS}/x/eviction")],
)  # fmt: skip
async def test_other_methods_are_405(api: Api, method: str, path: str) -> None:
    answer = await api.client.request(method, path, json={})
    assert (answer.status_code, answer.json()["reason"]) == (405, "MethodNotAllowed")
