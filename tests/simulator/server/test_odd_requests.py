"""Requests that make no sense, by the hundred: each is answered, none fails the server."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest

from simulator.resources import RESOURCES, Resource
from tests.simulator.server.conftest import Api
from tests.simulator.server.objects import PODS, budget, config_map, deployment, pod

ODD: tuple[Any, ...] = (
    None, 0, -1, 1.5, "", "x", "50%", True, 2**40, [], {}, [1], [None], {"a": None}, [{"name": "a"}],
    {"matchLabels": {"a": "b"}}, {"$patch": "replace"},
)  # fmt: skip
FIELDS = (
    "spec", "metadata", "status", "name", "labels", "selector", "template", "containers", "replicas", "finalizers",
    "ownerReferences", "ports", "matchExpressions", "operator", "resources", "limits", "strategy", "data", "rules",
    "schedule", "hard", "scaleTargetRef", "minAvailable", "$patch", "$retainKeys", "$setElementOrder/containers",
    "$deleteFromPrimitiveList/finalizers",
)  # fmt: skip
SELECTORS = ("a", "!", "a in", "a in (", "(,)", ",", "=", "a>1", "a>x", "%00", "a==b,c!=d", "metadata.name=a", "9")
OPTIONS = ("labelSelector", "fieldSelector", "limit", "continue", "resourceVersion", "resourceVersionMatch")


def twisted(value: Any, chance: random.Random) -> Any:
    """A body with some fields added, lost or of another type."""
    if isinstance(value, dict):
        result = {key: twisted(item, chance) if chance.random() < 0.4 else item for key, item in value.items()}
        for _ in range(chance.randint(0, 2)):
            result[chance.choice([*value, *FIELDS])] = chance.choice(ODD)
        return result
    if isinstance(value, list):
        return [twisted(item, chance) for item in value] if chance.random() < 0.8 else chance.choice(ODD)
    return chance.choice(ODD) if chance.random() < 0.15 else value


def collection(resource: Resource) -> str:
    """The path of a resource's objects."""
    root = f"/apis/{resource.api_version}" if resource.group else "/api/v1"
    return f"{root}/namespaces/demo/{resource.plural}" if resource.namespaced else f"{root}/{resource.plural}"


async def ask(api: Api, chance: random.Random) -> tuple[str, int, str]:
    """One request and its answer."""
    resource, name = chance.choice(RESOURCES), chance.choice(("web", "web-1", "a"))
    path = collection(resource)
    body = twisted(copy.deepcopy(chance.choice((deployment(), pod(), config_map("a"), budget(allowed=1)))), chance)
    query = chance.choice(("", "?dryRun=All", "?fieldValidation=Strict"))
    method = chance.choice(("GET", "POST", "PUT", "PATCH", "PATCH", "DELETE", "EVICT", "SCALE"))
    media = "application/json"
    if method == "GET":
        path += f"?{chance.choice(OPTIONS)}={chance.choice(SELECTORS)}"
    elif method == "EVICT":
        body = twisted({"metadata": {"name": "web-1"}, "deleteOptions": {"preconditions": {"uid": "x"}}}, chance)
        method, path = "POST", f"{PODS}/web-1/eviction{query}"
    elif method == "SCALE":
        body = twisted({"metadata": {"name": "web"}, "spec": {"replicas": 3}}, chance)
        method, path = "PUT", f"{collection(resource)}/web/scale{query}"
    elif method != "POST":
        path += f"/{name}{query}"
    if method == "DELETE":
        body = twisted({"preconditions": {"uid": "x"}, "propagationPolicy": "Background", "dryRun": ["All"]}, chance)
    if method == "PATCH":
        media = f"application/{chance.choice(('merge', 'strategic-merge', 'json'))}-patch+json"
    headers = {"Content-Type": media, "Accept": chance.choice(("application/json", "*/*", ";", "a/b", ""))}
    answer = await api.client.request(method, path, content=json.dumps(body), headers=headers)
    return f"{method} {path} {media} {json.dumps(body)}", answer.status_code, answer.text


@pytest.mark.parametrize("seed", range(4))
async def test_nothing_fails_the_server(api: Api, seed: int) -> None:
    chance = random.Random(seed)
    api.store.create("deployments.apps", deployment())
    api.store.create("pods", pod())
    api.store.create("configmaps", config_map("a", x="1"))
    for _ in range(200):
        asked, status, answer = await ask(api, chance)
        failed = status >= 500 and "Internal error occurred" in answer
        assert not failed, f"{asked}\n{answer}"
