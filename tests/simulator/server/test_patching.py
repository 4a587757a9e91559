"""The three kinds of patches, over HTTP and as functions."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.server.strategic import apply_strategic_patch
from tests.simulator.server.conftest import Api
from tests.simulator.server.objects import DEPLOYMENTS, deployment

Object = dict[str, Any]
WEB = f"{DEPLOYMENTS}/web"


async def test_a_merge_patch_sets_and_removes(api: Api) -> None:
    api.store.create("deployments.apps", deployment())
    answer = await api.patch(WEB, {"metadata": {"labels": {"app": None, "x": "y"}}, "spec": {"replicas": 5}})
    assert (answer.json()["metadata"]["labels"], answer.json()["spec"]["replicas"]) == ({"x": "y"}, 5)
    assert answer.json()["metadata"]["generation"] == 2


async def test_a_json_patch_tests_and_changes(api: Api) -> None:
    api.store.create("deployments.apps", deployment())
    steps = [
        {"op": "test", "path": "/spec/replicas", "value": 3},
        {"op": "replace", "path": "/spec/replicas", "value": 4},
        {"op": "add", "path": "/metadata/annotations", "value": {"a/b": "c"}},
        {"op": "add", "path": "/spec/template/spec/containers/-", "value": {"name": "side", "image": "s:1"}},
    ]
    answer = await api.patch(WEB, steps, kind="json")
    assert answer.json()["spec"]["replicas"] == 4
    assert [item["name"] for item in answer.json()["spec"]["template"]["spec"]["containers"]] == ["main", "side"]
    again = await api.patch(WEB, steps, kind="json")
    assert (again.status_code, again.json()["reason"]) == (422, "Invalid")
    gone = await api.patch(WEB, [{"op": "remove", "path": "/metadata/annotations/a~1b"}], kind="json")
    assert gone.json()["metadata"].get("annotations", {}) == {}


async def test_a_strategic_patch_finds_containers_by_name(api: Api) -> None:
    api.store.create("deployments.apps", deployment())
    container = {"name": "main", "env": [{"name": "A", "value": "1"}]}
    await api.patch(WEB, {"spec": {"template": {"spec": {"containers": [container]}}}}, kind="strategic")
    container["env"] = [{"name": "B", "value": "2"}]
    answer = await api.patch(WEB, {"spec": {"template": {"spec": {"containers": [container]}}}}, kind="strategic")
    found = answer.json()["spec"]["template"]["spec"]["containers"]
    assert [(item["name"], item["image"]) for item in found] == [("main", "nginx:1")]
    assert {item["name"]: item["value"] for item in found[0]["env"]} == {"A": "1", "B": "2"}


async def test_a_restart_of_a_deployment_touches_the_template_alone(api: Api) -> None:
    created = api.store.create("deployments.apps", deployment())
    stamp = {"kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z"}
    patch = {"spec": {"template": {"metadata": {"annotations": stamp}}}}
    for kind in ("strategic", "merge"):
        answer = await api.patch(WEB, patch, kind=kind)
        assert answer.json()["metadata"]["generation"] == 2
    template = created["spec"]["template"]
    expected = {**template, "metadata": {**template["metadata"], "annotations": stamp}}
    assert answer.json()["spec"] == {**created["spec"], "template": expected}


@pytest.mark.parametrize("kind", ["merge", "strategic"])
async def test_a_version_in_a_patch_is_a_precondition(api: Api, kind: str) -> None:
    created = api.store.create("deployments.apps", deployment())
    version = created["metadata"]["resourceVersion"]
    fits = await api.patch(WEB, {"metadata": {"resourceVersion": version}, "spec": {"replicas": 4}}, kind=kind)
    assert fits.status_code == 200
    late = await api.patch(WEB, {"metadata": {"resourceVersion": version}, "spec": {"replicas": 6}}, kind=kind)
    assert (late.status_code, late.json()["reason"]) == (409, "Conflict")
    assert late.json()["message"] == (
        'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your '
        "changes to the latest version and try again"
    )
    assert late.json()["details"] == {"name": "web", "group": "apps", "kind": "deployments"}
    assert api.store.get("deployments.apps", "demo", "web")["spec"]["replicas"] == 4


@pytest.mark.parametrize(
    ("patch", "kind", "status", "part"),
    [
        ({"metadata": {"uid": "x"}}, "merge", 422, "metadata.uid: Invalid value"),
        ({"metadata": {"name": "x"}}, "merge", 400, "does not match the name on the URL"),
        ({"metadata": {"namespace": "x"}}, "merge", 400, "does not match the namespace"),
        ({"spec": {"replicas": -1}}, "strategic", 422, "must be greater than or equal to 0"),
        ({"spec": {"replicas": "x"}}, "merge", 422, "json: cannot unmarshal string into Go struct field"),
        ({"spec": {"selector": {"matchLabels": {"a": "b"}}}}, "merge", 422, "field is immutable"),
        ({"spec": {"template": {"spec": {"containers": [{"name": "main"}]}}}}, "merge", 422, "image: Required value"),
        ({"spec": {"template": {"spec": {"containers": [{"image": "x"}]}}}}, "strategic", 500, "merge key: name"),
        ([1], "merge", 400, "error decoding patch"),
        ({"a": 1}, "json", 400, "error decoding patch"),
        ([{"op": "foo", "path": "/spec"}], "json", 422, "the server rejected our request"),
        ([{"op": "remove", "path": "/spec/nope"}], "json", 422, "the server rejected our request"),
    ],
)
async def test_a_broken_patch_changes_nothing(api: Api, patch: Any, kind: str, status: int, part: str) -> None:
    created = api.store.create("deployments.apps", deployment())
    answer = await api.patch(WEB, patch, kind=kind)
    assert (answer.status_code, part in answer.json()["message"]) == (status, True), answer.text
    assert api.store.get("deployments.apps", "demo", "web") is created


@pytest.mark.parametrize(
    ("media", "part"),
    [
        ("application/json", "415: Unsupported Media Type"),
        ("application/apply-patch+yaml", "does not support server-side apply"),
    ],
)
async def test_other_patches_are_415(api: Api, media: str, part: str) -> None:
    api.store.create("deployments.apps", deployment())
    answer = await api.client.patch(f"{WEB}?fieldManager=x", content=b"{}", headers={"Content-Type": media})
    assert (answer.status_code, answer.json()["reason"]) == (415, "UnsupportedMediaType")
    assert part in answer.json()["message"]


async def test_a_patch_of_what_is_not_there_is_404(api: Api) -> None:
    assert (await api.patch(WEB, {"spec": {"replicas": 1}})).status_code == 404


POD = "core.v1.PodSpec"
ONE_TWO = {"containers": [{"name": "a", "image": "1"}, {"name": "b", "image": "2"}]}


@pytest.mark.parametrize(
    ("target", "patch", "expected"),
    [
        (ONE_TWO, {"containers": [{"name": "b", "$patch": "delete"}]}, {"containers": [ONE_TWO["containers"][0]]}),
        (ONE_TWO, {"containers": [{"$patch": "replace"}, {"name": "c"}]}, {"containers": [{"name": "c"}]}),
        (ONE_TWO, {"containers": [{"name": "a", "$patch": "replace"}]},
         {"containers": [{"name": "a"}, {"name": "b", "image": "2"}]}),
        (ONE_TWO, {"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}]},
         {"containers": [{"name": "b", "image": "2"}, {"name": "a", "image": "1"}]}),
        (ONE_TWO, {"$setElementOrder/containers": [{"name": "c"}, {"name": "a"}, {"name": "b"}],
                   "containers": [{"name": "c"}]},
         {"containers": [{"name": "c"}, {"name": "a", "image": "1"}, {"name": "b", "image": "2"}]}),
        ({"nodeSelector": {"a": "1", "b": "2"}}, {"nodeSelector": {"a": None, "c": "3"}},
         {"nodeSelector": {"b": "2", "c": "3"}}),
        ({"nodeSelector": {"a": "1"}}, {"nodeSelector": {"$patch": "replace", "b": "2"}}, {"nodeSelector": {"b": "2"}}),
        ({"tolerations": [{"key": "a"}]}, {"tolerations": [{"key": "b"}]}, {"tolerations": [{"key": "b"}]}),
        ({"volumes": [{"name": "v", "emptyDir": {}}]},
         {"volumes": [{"name": "v", "$retainKeys": ["name", "configMap"], "configMap": {"name": "c"}}]},
         {"volumes": [{"name": "v", "configMap": {"name": "c"}}]}),
    ],
)  # fmt: skip
def test_strategic_directives(target: Object, patch: Object, expected: Object) -> None:
    assert apply_strategic_patch(target, patch, POD) == expected


def test_lists_of_plain_values_are_united_and_cut() -> None:
    target = {"finalizers": ["a", "b"]}
    meta = "apis.meta.v1.ObjectMeta"
    assert apply_strategic_patch(target, {"finalizers": ["c", "a"]}, meta) == {"finalizers": ["c", "a", "b"]}
    cut = apply_strategic_patch(target, {"$deleteFromPrimitiveList/finalizers": ["a"]}, meta)
    assert cut == {"finalizers": ["b"]}
    assert target == {"finalizers": ["a", "b"]}


def test_conditions_are_found_by_type() -> None:
    target = {"conditions": [{"type": "Ready", "status": "True"}, {"type": "Other", "status": "True"}]}
    patch = {"conditions": [{"type": "Ready", "status": "False"}]}
    merged = apply_strategic_patch(target, patch, "core.v1.NodeStatus")["conditions"]
    assert {item["type"]: item["status"] for item in merged} == {"Ready": "False", "Other": "True"}
