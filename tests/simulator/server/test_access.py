"""Who may do what, access reviews, and the audit log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from simulator.server.access import Access, Attributes, Rule, User
from simulator.server.audit import AuditLog
from tests.simulator.server.conftest import Api
from tests.simulator.server.objects import CONFIG_MAPS, DEPLOYMENTS, PODS, config_map, deployment, pod

Object = dict[str, Any]
REVIEWS = "/apis/authorization.k8s.io/v1"


async def test_an_unknown_token_is_401_and_none_is_anonymous(api: Api) -> None:
    unknown = await api.client.get(PODS, headers={"Authorization": "Bearer nope"})
    assert (unknown.status_code, unknown.json()["message"]) == (401, "Unauthorized")
    async with httpx2.AsyncClient(base_url=api.url, verify=False) as nobody:
        assert (await nobody.get("/readyz")).text == "ok"
        refused = await nobody.get("/api/v1/pods")
        assert refused.status_code == 403
        assert refused.json()["message"] == (
            'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" '
            "at the cluster scope"
        )
        assert (await nobody.get("/apis")).json()["message"] == (
            'forbidden: User "system:anonymous" cannot get path "/apis"'
        )


async def test_a_reader_reads_and_does_not_write(api: Api) -> None:
    api.store.create("deployments.apps", deployment())
    api.store.create("pods", pod())
    assert (await api.reader.get(f"{DEPLOYMENTS}/web")).status_code == 200
    answer = await api.patch(f"{DEPLOYMENTS}/web", {"spec": {"replicas": 1}}, client=api.reader)
    assert (answer.status_code, answer.json()["reason"]) == (403, "Forbidden")
    assert answer.json()["message"] == (
        'deployments.apps "web" is forbidden: User "reader" cannot patch resource "deployments" in API group "apps" '
        'in the namespace "demo"'
    )
    scale = await api.reader.put(f"{DEPLOYMENTS}/web/scale", json={})
    assert 'cannot update resource "deployments/scale"' in scale.json()["message"]
    assert (await api.reader.post(f"{PODS}/web-1/eviction", json={})).status_code == 403
    assert (await api.reader.delete(f"{DEPLOYMENTS}/web")).status_code == 403


@pytest.mark.parametrize(
    ("verb", "resource", "allowed"), [("get", "pods", True), ("delete", "pods", False), ("patch", "deployments", False)]
)
async def test_reviews_say_what_the_server_does(api: Api, verb: str, resource: str, allowed: bool) -> None:
    attributes = {"namespace": "demo", "verb": verb, "resource": resource}
    body: Object = {"spec": {"resourceAttributes": attributes}}
    own = await api.reader.post(f"{REVIEWS}/selfsubjectaccessreviews", json=body)
    assert (own.status_code, own.json()["status"]["allowed"]) == (201, allowed)
    body["spec"] |= {"user": "reader", "groups": ["readers"]}
    about = await api.post(f"{REVIEWS}/subjectaccessreviews", body)
    assert about["status"]["allowed"] is allowed
    assert (await api.reader.post(f"{REVIEWS}/subjectaccessreviews", json=body)).status_code == 403


async def test_reviews_are_held_to_their_rules(api: Api) -> None:
    path = f"{REVIEWS}/subjectaccessreviews"
    nobody = await api.client.post(path, json={"spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}}})
    assert "at least one of user or group must be specified" in nobody.json()["message"]
    nothing = await api.client.post(path, json={"spec": {"user": "bob"}})
    assert "exactly one of nonResourceAttributes or resourceAttributes" in nothing.json()["message"]
    rules = await api.reader.post(f"{REVIEWS}/selfsubjectrulesreviews", json={"spec": {"namespace": "demo"}})
    assert {"verbs": ["get", "list", "watch"], "apiGroups": ["*"], "resources": ["*"]} in (
        rules.json()["status"]["resourceRules"]
    )


def test_rules_are_bound_to_namespaces_and_subresources() -> None:
    user = User("dev")
    rules = {"dev": [Rule(("update",), ("*/scale",), ("apps",), ("demo",))]}
    access = Access({}, rules)
    scale = Attributes("update", "apps", "deployments/scale", "demo")
    assert access.allows(user, scale)
    assert not access.allows(user, Attributes("update", "apps", "deployments", "demo"))
    assert not access.allows(user, Attributes("update", "apps", "deployments/scale", "other"))
    assert not access.allows(User("other"), scale)


async def test_impersonation_is_refused_clearly(api: Api) -> None:
    answer = await api.client.get(PODS, headers={"Impersonate-User": "bob"})
    assert (answer.status_code, answer.json()["message"]) == (501, "the simulator does not support impersonation")


@pytest.mark.parametrize("part", ["exec", "attach", "portforward"])
async def test_other_subresources_are_refused_clearly(api: Api, part: str) -> None:
    answer = await api.client.get(f"{PODS}/web-1/{part}")
    message = f"the simulator does not support the subresource {part} of pods"
    assert (answer.status_code, answer.json()["message"]) == (501, message)


async def test_writes_are_recorded_as_the_real_audit_log_does(api: Api) -> None:
    api.store.create("deployments.apps", deployment())
    await api.get(PODS)
    await api.patch(f"{DEPLOYMENTS}/web?fieldManager=x", {"spec": {"replicas": 1}})
    await api.patch(f"{DEPLOYMENTS}/web", {"spec": {"replicas": 2}}, client=api.reader)
    done, refused = api.audit.entries
    assert (done["kind"], done["apiVersion"]) == ("Event", "audit.k8s.io/v1")
    assert (done["level"], done["stage"]) == ("RequestResponse", "ResponseComplete")
    assert done["requestURI"] == f"{DEPLOYMENTS}/web?fieldManager=x"
    assert (done["verb"], done["user"]["username"]) == ("patch", "admin")
    assert done["objectRef"] == {
        "resource": "deployments", "namespace": "demo", "name": "web", "apiGroup": "apps", "apiVersion": "v1",
    }  # fmt: skip
    assert (done["responseStatus"]["code"], done["requestObject"]) == (200, {"spec": {"replicas": 1}})
    assert done["userAgent"].startswith("python-httpx")
    assert len(done["auditID"]) == 36
    assert (refused["user"]["username"], refused["responseStatus"]["reason"]) == ("reader", "Forbidden")
    assert done["auditID"] != refused["auditID"]


async def test_dry_runs_are_told_from_writes(api: Api) -> None:
    await api.post(f"{CONFIG_MAPS}?dryRun=All", config_map("a"))
    await api.post(CONFIG_MAPS, config_map("a"))
    assert len(api.audit.entries) == 2
    assert len(api.audit.writes(user="admin", verb="create", resource="configmaps")) == 1


def test_the_audit_log_is_a_file_of_lines(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.log")
    log.record({"auditID": "1"})
    log.record({"auditID": "2"})
    lines = (tmp_path / "audit.log").read_text().splitlines()
    assert [json.loads(line)["auditID"] for line in lines] == ["1", "2"]
