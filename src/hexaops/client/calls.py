"""Every call as a value: what is sent and which type comes back. Both clients send these."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from hexaops.features.actions.views import ActionView
from hexaops.features.alerts.views import AlertsView
from hexaops.features.applications.views import ApplicationDetailView, ApplicationPageView
from hexaops.features.chat.views import ChatAnswerView
from hexaops.features.overview.views import OverviewView
from hexaops.responses import Data, Listing

T = TypeVar("T")
ENDED = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True)
class Call(Generic[T]):
    """One request below the workspace, and the type of its answer."""

    method: str
    path: str
    answer: type[T]
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    key: str | None = None
    """Of a request that changes something: the same for each repetition."""

    @property
    def is_repeatable(self) -> bool:
        """Whether sending it twice has the effect of once."""
        return self.method == "GET" or self.key is not None


def get(path: str, answer: type[T], **query: Any) -> Call[T]:
    """A read; what is None is left out of the query."""
    return Call("GET", path, answer, {name: value for name, value in query.items() if value is not None})


def post(path: str, answer: type[T], body: Mapping[str, Any]) -> Call[T]:
    """A request that changes something, under a key of its own."""
    return Call("POST", path, answer, body=body, key=str(uuid.uuid4()))


def overview() -> Call[Data[OverviewView]]:
    """What the workspace is at, at a glance."""
    return get("/overview", Data[OverviewView])


def applications(
    status: str | None, project: str | None, cursor: str | None, limit: int
) -> Call[Data[ApplicationPageView]]:
    """One page of applications."""
    return get("/applications", Data[ApplicationPageView], status=status, project=project, cursor=cursor, limit=limit)


def application(name: str) -> Call[Data[ApplicationDetailView]]:
    """One application by id or name."""
    return get(f"/applications/{_segment(name)}", Data[ApplicationDetailView])


def alerts() -> Call[Data[AlertsView]]:
    """Open alerts and every rule."""
    return get("/aiops/alerts", Data[AlertsView])


def ask(message: str, session_id: str | None) -> Call[Data[ChatAnswerView]]:
    """A message and its answer."""
    given = {} if session_id is None else {"session_id": session_id}
    return post("/aiops/chat", Data[ChatAnswerView], {"message": message, **given})


def plan(action: str, application: str | None, parameters: Mapping[str, Any]) -> Call[Data[ActionView]]:
    """The plan of a change."""
    named = {} if application is None else {"application_id": application}
    return post("/aiops/actions", Data[ActionView], {"action": action, "parameters": {**named, **parameters}})


def confirm(planned: ActionView) -> Call[Data[ActionView]]:
    """Carry out a plan that `plan` gave."""
    if not planned.plan or not planned.confirm:
        message = f"this plan cannot be confirmed: it is {planned.status}"
        raise ValueError(message)
    parameters = {**planned.plan.parameters, **planned.confirm.parameters}
    return post("/aiops/actions", Data[ActionView], {"action": planned.plan.action, "parameters": parameters})


def action(action_id: str) -> Call[Data[ActionView]]:
    """An action with its steps as they are now."""
    return get(f"/aiops/actions/{_segment(action_id)}", Data[ActionView])


def actions(status: str | None, cursor: str | None, limit: int) -> Call[Listing[ActionView]]:
    """One page of actions, newest first."""
    return get("/aiops/actions", Listing[ActionView], status=status, cursor=cursor, limit=limit)


def cancel(action_id: str) -> Call[Data[ActionView]]:
    """Cancel a running action; what it has done is undone."""
    return post(f"/aiops/actions/{_segment(action_id)}/cancel", Data[ActionView], {})


def rollback(action_id: str) -> Call[Data[ActionView]]:
    """The plan that undoes a completed action."""
    return post(f"/aiops/actions/{_segment(action_id)}/rollback", Data[ActionView], {})


def _segment(text: str) -> str:
    return quote(text, safe="")
