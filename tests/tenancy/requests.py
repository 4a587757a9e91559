"""Random requests of one tenant about its own things, the other's and nobody's, over the whole table of routes."""

from __future__ import annotations

import functools
import json
import random
import re
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

import httpx2
from fastapi import FastAPI
from pydantic import BaseModel

from hexaops.api import ROUTES, install_routes
from hexaops.features.routing import Entry
from tests.serving import Headers
from tests.tenancy.tenants import SHARED_NAME, Tenant, Tenants

GUARDED = [entry for entry in ROUTES if entry.policy.audience != "anyone"]
ABSENT = {
    "workspace_id": "ws-00000000000000000000000000x", "application_id": "app-0000000000000000",
    "action_id": "action_000000000000000000000000000", "session_id": "sess_000000000000000000000000000",
    "message_id": "msg_000000000000000000000000000", "plan_id": "plan_000000000000000000000000000",
    "webhook_id": "wh_000000000000000000000000000", "delivery_id": "del_000000000000000000000000000",
    "channel_id": "nc_000000000000000000000000000",
    "account_id": "sa-000000000000000000000000000", "token_id": "0" * 27, "user_id": "local:nobody",
    "cluster_id": "nowhere", "deployment_name": "absent", "incident_id": "inc-000000000000000000000000000",
    "query_id": "query-000000000000000000000000000", "operation_id": "op-000000000000000000000000000",
    "backup_id": "backup-000000000000000000000000000", "alert_id": "alert-000000000000000000000000000",
}  # fmt: skip
"""What does not exist, in the form of what does."""
QUERIES = ("", "limit=1", "limit=200", "before={0}", "cursor={0}", "session_id={0}", "resource_id={0}", "name={0}",
           "project={0}", "workspace_id={0}", "status=completed", "status=active")  # fmt: skip
MESSAGES = (
    "status", "what is wrong?", "list all applications", "show me events of {0}", "restart {0}", "status of {0}",
    "scale {0} to 3", "which nodes are there?", "what changed?", "yes", "show actions",
)  # fmt: skip


def fields_of(entry: Entry) -> frozenset[str]:
    """The fields of a route's body; any other one is refused before anything is looked up."""
    kinds = [kind for hint in get_type_hints(entry.endpoint).values() for kind in (hint, *get_args(hint))]
    bodies = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return frozenset(bodies[0].model_fields) if bodies else frozenset()


@functools.cache
def queries() -> dict[tuple[str, str], frozenset[str]]:
    """The query parameters of every route."""
    app = FastAPI()
    install_routes(app)
    document = app.openapi()
    return {
        (entry.method, entry.path): frozenset(
            one["name"]
            for one in document["paths"][entry.path][entry.method.lower()].get("parameters", ())
            if one["in"] == "query"
        )
        for entry in GUARDED
    }


@dataclass(frozen=True)
class Asked:
    """One request, and who sent it."""

    entry: Entry
    tenant: Tenant
    headers: Headers
    url: str
    body: Any

    def text(self) -> str:
        """All that the caller itself wrote, which an answer may repeat."""
        return f"{self.url} {json.dumps(self.body)}"

    def instead(self, given: str, other: str) -> Asked:
        """The same request about something else."""
        body = None if self.body is None else json.loads(json.dumps(self.body).replace(given, other))
        return Asked(self.entry, self.tenant, self.headers, self.url.replace(given, other), body)


class Requests:
    """Makes requests; the same seed makes the same ones."""

    def __init__(self, tenants: Tenants, seed: int) -> None:
        self._tenants = tenants
        self._rng = random.Random(seed)

    def make(self, entry: Entry) -> tuple[Asked, str | None]:
        """A request for a route, and the foreign id in it that could as well be an absent one."""
        rng, tenant = self._rng, self._rng.choice((self._tenants.first, self._tenants.second))
        headers = tenant.admin if entry.policy.audience == "user" else tenant.account
        foreign: str | None = None
        url = entry.path
        for name in re.findall(r"\{(\w+)\}", entry.path):
            whose = rng.choice(
                ("own", "own", "own", "foreign") if name == "workspace_id" else ("own", "foreign", "absent")
            )
            if (
                whose == "own"
                and (name != "workspace_id" or entry.path.endswith("{workspace_id}"))
                and (entry.method == "DELETE" or entry.path.endswith("/redeliver"))
            ):
                # What is deleted would be missing below; no durable run is started here.
                whose = "foreign"
            if name == "user_id" and entry.method == "PUT":
                # Whoever is made a member is no longer foreign or absent below.
                whose = "own"
            chosen = self._id(tenant, name, whose)
            if whose == "foreign" and foreign is None and chosen != ABSENT[name]:
                foreign = chosen
            url = url.replace(f"{{{name}}}", chosen)
        if entry.method == "GET":
            taken = queries()[entry.method, entry.path]
            fitting = [one for one in QUERIES if not one or one.partition("=")[0] in taken]
            url += f"?{rng.choice(fitting).format(self._any_id(tenant))}"
        body = self._body(tenant, fields_of(entry)) if entry.method in {"POST", "PUT", "PATCH"} else None
        return Asked(entry, tenant, headers, url, body), foreign

    def _id(self, tenant: Tenant, name: str, whose: str) -> str:
        if whose == "absent" or name not in {*tenant.ids, "workspace_id"}:
            return ABSENT[name]
        owner = tenant if whose == "own" else self._tenants.other(tenant)
        return owner.workspace_id if name == "workspace_id" else self._rng.choice(owner.ids[name])

    def _any_id(self, tenant: Tenant) -> str:
        return self._rng.choice([*tenant.known(), *self._tenants.other(tenant).known() * 2, *ABSENT.values()])

    def _body(self, tenant: Tenant, taken: frozenset[str]) -> dict[str, Any]:
        """The fields that the route's body takes, of those that any route takes."""
        rng, some = self._rng, self._any_id(tenant)
        other = self._tenants.other(tenant)
        application = rng.choice([*tenant.ids["application_id"], *other.ids["application_id"] * 2, SHARED_NAME, some])
        parameters: dict[str, Any] = {"application_id": application, "replicas": rng.randrange(1, 5)}
        if rng.random() < 0.5:
            plan = rng.choice([*tenant.ids["plan_id"], *other.ids["plan_id"], ABSENT["plan_id"]])
            parameters |= {"confirmation": True, "plan_id": plan, "plan_hash": "0" * 64}
        body: dict[str, Any] = {
            "action": rng.choice(("restart_application", "scale_application", "stop_application")),
            "parameters": parameters,
            "message": rng.choice(MESSAGES).format(rng.choice((application, some, SHARED_NAME))),
            "context": {"applications": [application]} if rng.random() < 0.5 else {},
            "name": "x", "namespaces": [], "url": "http://127.0.0.1:65009/x", "events": ["aiops.action.completed"],
            "kind": "webhook", "target": "http://127.0.0.1:65009/x",
            "summary": "done", "actions_completed": [some], "enabled": True, "role": "viewer", "workspace_id": some,
            "scopes": ["workspace:read"], "workspace_ids": [some],
        }  # fmt: skip
        if rng.random() < 0.6:
            body["session_id"] = rng.choice([*tenant.ids["session_id"], *other.ids["session_id"], some])
        kept = {
            "parameters", "action", "message", "name", "url", "kind", "target", "events", "enabled", "role",
            "namespaces", "scopes",
        }  # fmt: skip
        return {key: value for key, value in body.items() if key in taken and (key in kept or rng.random() < 0.8)}


async def send(tenants: Tenants, asked: Asked) -> httpx2.Response:
    """The answer."""
    asked.tenant.written.append(asked.text())
    headers = {**asked.headers, "X-Request-Id": "same"}
    return await tenants.access.client.request(asked.entry.method, asked.url, json=asked.body, headers=headers)


def leaked(tenants: Tenants, asked: Asked, answer: httpx2.Response) -> list[str]:
    """What of the other tenant an answer holds that its caller never wrote itself; ids only can have been written."""
    shown = answer.text + json.dumps(dict(answer.headers))
    other = tenants.other(asked.tenant)
    found = [one for one in other.known() if one in shown and not any(one in text for text in asked.tenant.written)]
    return [*found, *([other.canary] if other.canary in shown else [])]
