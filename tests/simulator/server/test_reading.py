"""get and list: forms, pages at one moment, selectors, resourceVersions."""

from __future__ import annotations

import gzip

import pytest

from tests.simulator.server.conftest import Api
from tests.simulator.server.objects import CONFIG_MAPS, DEPLOYMENTS, PODS, config_map, deployment, pod

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"


async def test_get_gives_the_object_with_kind_and_version(api: Api) -> None:
    api.store.create("deployments.apps", deployment())
    found = await api.get(f"{DEPLOYMENTS}/web")
    assert (found["kind"], found["apiVersion"]) == ("Deployment", "apps/v1")
    assert found["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": "25%", "maxSurge": "25%"}


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (f"{PODS}/nope", 'pods "nope" not found'),
        (f"{DEPLOYMENTS}/nope", 'deployments.apps "nope" not found'),
        ("/api/v1/namespaces/demo/foos", "the server could not find the requested resource"),
        (f"{DEPLOYMENTS}/web/nope", "the server could not find the requested resource"),
        ("/apis/apps/v1/namespaces/demo/daemonsets/x/scale", "the server could not find the requested resource"),
    ],
)
async def test_what_is_not_there_is_404(api: Api, path: str, message: str) -> None:
    answer = await api.client.get(path)
    assert (answer.status_code, answer.json()["reason"], answer.json()["message"]) == (404, "NotFound", message)


async def test_list_leaves_kind_out_of_items_and_names_the_version(api: Api) -> None:
    api.store.create("pods", pod())
    found = await api.get(PODS)
    assert (found["kind"], found["metadata"]["resourceVersion"]) == ("PodList", str(api.store.resource_version))
    assert "kind" not in found["items"][0]
    assert (await api.get("/api/v1/namespaces/nowhere/pods"))["items"] == []


async def test_pages_show_one_moment_while_objects_change(api: Api) -> None:
    for number in range(7):
        api.store.create("configmaps", config_map(f"map-{number}", value="old"))
    first = await api.get(f"{CONFIG_MAPS}?limit=3")
    assert first["metadata"]["remainingItemCount"] == 4
    api.store.update("configmaps", config_map("map-4", value="new"))
    api.store.delete("configmaps", "demo", "map-5")
    api.store.create("configmaps", config_map("map-55", value="new"))
    names, values, page = [item["metadata"]["name"] for item in first["items"]], set(), first
    while token := page["metadata"].get("continue"):
        page = await api.get(f"{CONFIG_MAPS}?limit=3&continue={token}")
        assert page["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
        names += [item["metadata"]["name"] for item in page["items"]]
        values |= {item["data"]["value"] for item in page["items"]}
    assert names == [f"map-{number}" for number in range(7)]
    assert values == {"old"}


async def test_an_expired_page_is_410_and_shows_how_to_go_on(api: Api) -> None:
    for number in range(5):
        api.store.create("configmaps", config_map(f"map-{number}"))
    token = (await api.get(f"{CONFIG_MAPS}?limit=2"))["metadata"]["continue"]
    api.store.create("configmaps", config_map("map-9"))
    api.faults.compact()
    answer = await api.client.get(f"{CONFIG_MAPS}?limit=2&continue={token}")
    assert (answer.status_code, answer.json()["reason"]) == (410, "Expired")
    rest = await api.get(f"{CONFIG_MAPS}?continue={answer.json()['metadata']['continue']}")
    assert [item["metadata"]["name"] for item in rest["items"]] == ["map-2", "map-3", "map-4", "map-9"]


async def test_a_list_can_be_asked_for_as_it_was(api: Api) -> None:
    api.store.create("configmaps", config_map("one"))
    then = api.store.resource_version
    api.store.create("configmaps", config_map("two"))
    old = await api.get(f"{CONFIG_MAPS}?resourceVersion={then}&resourceVersionMatch=Exact")
    new = await api.get(f"{CONFIG_MAPS}?resourceVersion={then}&resourceVersionMatch=NotOlderThan")
    assert (len(old["items"]), len(new["items"])) == (1, 2)
    api.store.compact()
    answer = await api.client.get(f"{CONFIG_MAPS}?resourceVersion={then}&resourceVersionMatch=Exact")
    assert answer.status_code == 410
    ahead = await api.client.get(f"{CONFIG_MAPS}?resourceVersion=999999")
    assert (ahead.status_code, ahead.headers["retry-after"]) == (504, "1")


@pytest.mark.parametrize(
    ("query", "status", "part"),
    [
        ("limit=abc", 400, 'parsing "abc": invalid syntax'),
        ("continue=abc", 400, "invalid continue token"),
        ("resourceVersion=abc", 400, "invalid resource version"),
        ("resourceVersionMatch=Exact", 422, "forbidden unless resourceVersion is provided"),
        ("resourceVersionMatch=Foo&resourceVersion=1", 422, 'Unsupported value: "Foo"'),
        ("sendInitialEvents=true", 422, "sendInitialEvents is forbidden for list"),
        ("labelSelector=a%20in%20b", 400, "found 'b' expected: '('"),
        ("labelSelector=-a%3Db", 400, "name part must consist of"),
        ("fieldSelector=spec.foo%3Db", 400, "field label not supported: spec.foo"),
        ("fieldSelector=abc", 400, "can't understand 'abc'"),
    ],
)
async def test_wrong_options_are_refused(api: Api, query: str, status: int, part: str) -> None:
    answer = await api.client.get(f"{PODS}?{query}")
    assert answer.status_code == status
    assert part in answer.json()["message"]


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("tier=front", "a"),
        ("tier!=front", "b c"),
        ("tier", "a b"),
        ("!tier", "c"),
        ("tier in (front,back)", "a b"),
        ("tier notin (front)", "b c"),
        ("size>1", "b"),
        ("app=web,tier=back", "b"),
        ("app=web,tier in (front),!other", "a"),
        ("", "a b c"),
    ],
)
async def test_label_selectors(api: Api, selector: str, names: str) -> None:
    api.store.create("pods", pod("a", tier="front", size="1"))
    api.store.create("pods", pod("b", tier="back", size="2"))
    api.store.create("pods", pod("c"))
    answer = await api.client.get(PODS, params={"labelSelector": selector})
    assert " ".join(item["metadata"]["name"] for item in answer.json()["items"]) == names


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("metadata.name=a", "a"),
        ("metadata.name!=a", "b"),
        ("status.phase=Running", "a"),
        ("status.phase!=Running,metadata.namespace=demo", "b"),
        ("spec.nodeName=node-1", "a b"),
        ("spec.nodeName=node-2", ""),
    ],
)
async def test_field_selectors_of_pods(api: Api, selector: str, names: str) -> None:
    api.store.create("pods", pod("a"))
    api.store.create("pods", pod("b", phase="Pending"))
    answer = await api.client.get(PODS, params={"fieldSelector": selector})
    assert " ".join(item["metadata"]["name"] for item in answer.json()["items"]) == names


async def test_events_are_selected_by_what_they_are_about_in_both_groups(api: Api) -> None:
    for name, about in (("one", "web-1"), ("two", "web-2")):
        api.store.create(
            "events",
            {
                "metadata": {"name": name, "namespace": "demo"},
                "involvedObject": {"kind": "Pod", "name": about},
                "reason": "BackOff",
                "type": "Warning",
                "message": "again",
            },
        )
    core = await api.get("/api/v1/events?fieldSelector=involvedObject.name%3Dweb-1,reason%3DBackOff,type%3DWarning")
    assert [item["metadata"]["name"] for item in core["items"]] == ["one"]
    new = await api.get("/apis/events.k8s.io/v1/namespaces/demo/events?fieldSelector=regarding.name%3Dweb-2")
    assert (new["apiVersion"], new["items"][0]["note"]) == ("events.k8s.io/v1", "again")
    assert new["items"][0]["regarding"]["name"] == "web-2"


async def test_selected_pages_tell_no_count_and_lose_nothing(api: Api) -> None:
    for number in range(9):
        api.store.create("pods", pod(f"p{number}", parity=str(number % 2)))
    names: list[str] = []
    page = await api.get(f"{PODS}?labelSelector=parity%3D0&limit=2")
    assert "remainingItemCount" not in page["metadata"]
    while True:
        names += [item["metadata"]["name"] for item in page["items"]]
        if not (token := page["metadata"].get("continue")):
            break
        page = await api.get(f"{PODS}?labelSelector=parity%3D0&limit=2&continue={token}")
    assert names == ["p0", "p2", "p4", "p6", "p8"]


async def test_a_table_has_the_columns_that_kubectl_prints(api: Api) -> None:
    api.store.create("pods", pod())
    api.store.clock.advance(125)
    table = await api.get(PODS, accept=TABLE)
    shown = {column["name"]: column["priority"] for column in table["columnDefinitions"]}
    assert shown == {
        "Name": 0, "Ready": 0, "Status": 0, "Restarts": 0, "Age": 0, "IP": 1, "Node": 1, "Nominated Node": 1,
        "Readiness Gates": 1,
    }  # fmt: skip
    assert table["rows"][0]["cells"] == [
        "web-1", "1/1", "Running", "0", "2m5s", "10.0.0.1", "node-1", "<none>", "<none>",
    ]  # fmt: skip
    assert table["rows"][0]["object"]["kind"] == "PartialObjectMetadata"
    whole = await api.get(f"{PODS}/web-1?includeObject=Object", accept=TABLE)
    assert whole["rows"][0]["object"]["spec"]["nodeName"] == "node-1"


async def test_metadata_alone_can_be_asked_for(api: Api) -> None:
    api.store.create("pods", pod())
    accept = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
    found = await api.get(PODS, accept=accept)
    assert (found["kind"], found["items"][0]["kind"]) == ("PartialObjectMetadataList", "PartialObjectMetadata")
    assert set(found["items"][0]) == {"kind", "apiVersion", "metadata"}


async def test_only_what_can_be_served_is_acceptable(api: Api) -> None:
    for accept in ("application/vnd.kubernetes.protobuf", "text/html"):
        answer = await api.client.get(PODS, headers={"Accept": accept})
        assert (answer.status_code, answer.json()["reason"]) == (406, "NotAcceptable")
    answer = await api.client.get(PODS, headers={"Accept": "application/vnd.kubernetes.protobuf,application/json"})
    assert answer.status_code == 200


async def test_large_answers_are_compressed_when_the_client_takes_that(api: Api) -> None:
    for number in range(400):
        api.store.create("pods", pod(f"pod-{number}"))
    packed = await api.client.get(PODS, headers={"Accept-Encoding": "gzip"})
    plain = await api.client.get(PODS, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert len(gzip.compress(plain.content)) < len(plain.content) / 10
