"""The async client: every method is a call, sent and read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from hexaops.client import asking
from hexaops.client.address import (
    REPEATABLE,
    Address,
    arguments,
    checked,
    refusal,
    stream_headers,
)
from hexaops.client.asking import ENDED, ActionStatus, still_running
from hexaops.client.call import Call, get
from hexaops.client.errors import NoConnectionError
from hexaops.client.events import Event, EventParser
from hexaops.client.generated import calls
from hexaops.client.generated.aio import AsyncOperations
from hexaops.client.retry import Retry
from hexaops.client.sending import AsyncSending
from hexaops.features.actions.views import ActionView
from hexaops.features.alerts.views import AlertsView
from hexaops.features.applications.views import ApplicationDetailView, ApplicationView
from hexaops.features.chat.views import ChatAnswerView
from hexaops.features.overview.views import OverviewView

T = TypeVar("T")
POLL_SECONDS = 1.0


class AsyncClient(AsyncSending, AsyncOperations):
    """Speaks for one user in one workspace: `async with AsyncClient.from_home() as client: …`."""

    def __init__(
        self,
        url: str,
        token: str,
        workspace_id: str,
        *,
        retry: Retry | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        super().__init__(Address(url, token, workspace_id), retry, transport, sleep)

    @classmethod
    def from_home(cls, home: str | Path | None = None) -> AsyncClient:
        """Of the service on this machine, by its home folder ($HEXAOPS_HOME, else ~/.hexaops); raises ClientError."""
        found = Address.of_home(home)
        return cls(found.url, found.token, found.workspace_id)

    async def __aenter__(self) -> AsyncClient:
        return self

    async def overview(self) -> OverviewView:
        """The workspace at a glance."""
        return (await self.send(calls.get_overview())).data

    async def applications(
        self, *, status: str | None = None, project: str | None = None
    ) -> AsyncIterator[ApplicationView]:
        """All applications, page by page."""
        cursor: str | None = None
        while True:
            page = (
                await self.send(calls.list_applications(status=status, project=project, cursor=cursor, limit=500))
            ).data
            for one in page.applications:
                yield one
            cursor = page.pagination.next_cursor
            if cursor is None:
                return

    async def application(self, name: str) -> ApplicationDetailView:
        """One by id or name, with its pods and problems."""
        return (await self.send(calls.get_application(name))).data

    async def alerts(self) -> AlertsView:
        """Open alerts and every rule."""
        return (await self.send(calls.list_alerts())).data

    async def ask(self, message: str, *, session_id: str | None = None) -> ChatAnswerView:
        """Ask in your own words; `session_id` of an earlier answer goes on with its conversation."""
        return (await self.send(asking.ask(message, session_id))).data

    async def plan(self, action: str, application: str | None = None, **parameters: Any) -> ActionView:
        """Plan a change: nothing happens until `confirm`."""
        return (await self.send(asking.plan(action, application, parameters))).data

    async def confirm(self, planned: ActionView) -> ActionView:
        """Carry out a plan."""
        return (await self.send(asking.confirm(planned))).data

    async def action(self, action_id: str) -> ActionView:
        """An action as it is now."""
        return (await self.send(calls.get_action(action_id))).data

    async def actions(self, *, status: ActionStatus | None = None) -> AsyncIterator[ActionView]:
        """All actions, newest first."""
        cursor: str | None = None
        while True:
            page = await self.send(calls.list_actions(status=status, cursor=cursor, limit=100))
            for one in page.data:
                yield one
            cursor = page.pagination.next_cursor
            if cursor is None:
                return

    async def cancel(self, action_id: str) -> ActionView:
        """Cancel a running action; what it has done is undone."""
        return (await self.send(calls.cancel_action(action_id))).data

    async def rollback(self, action_id: str) -> ActionView:
        """Plan to undo a completed action."""
        return (await self.send(calls.rollback_action(action_id, {}))).data

    async def wait(self, action: ActionView, *, timeout_seconds: float = 600.0) -> ActionView:
        """The action once it has ended, however it did; raises TooLongError."""
        waited = 0.0
        while action.status not in ENDED:
            if waited >= timeout_seconds:
                raise still_running(str(action.action_id), action.status, timeout_seconds)
            await self._sleep(POLL_SECONDS)
            waited += POLL_SECONDS
            action = await self.action(str(action.action_id))
        return action

    async def stream(self, message: str, *, session_id: str | None = None) -> AsyncIterator[Event]:
        """An answer while it is made: `status`, `evidence`, `delta`, `plan`, at last `final`. Raises ApiError."""
        async for event in self._events(asking.ask(message, session_id), None):
            yield event

    async def events(self, *, last_event_id: str | None = None) -> AsyncIterator[Event]:
        """What changes in the workspace, for ever; goes on where it broke off."""
        attempt = 0
        while True:
            try:
                async for event in self._events(get("/aiops/events", dict), last_event_id):
                    attempt, last_event_id = 0, event.id or last_event_id
                    yield event
                await self._sleep(
                    self._retry.first_seconds
                )  # the service has ended the stream, as it does when it stops
            except REPEATABLE as error:
                attempt += 1
                pause = self._retry.pause(attempt)
                if pause is None:
                    message = "the stream of events broke, and the service could not be reached again"
                    raise NoConnectionError(message) from error
                await self._sleep(pause)

    async def tail_logs(
        self, *, text: str = "", log_level: Sequence[str] = (), components: Sequence[str] = ()
    ) -> AsyncIterator[Event]:
        """Log lines of the workspace as they are stored, events named `line`, until you stop. Raises ApiError."""
        call = get("/aiops/logs/tail", dict, text=text or None, log_level=log_level, components=components)
        async for event in self._events(call, None):
            yield event

    async def _events(self, call: Call[Any], last_event_id: str | None) -> AsyncIterator[Event]:
        given = arguments(call)
        given["headers"] = {**given["headers"], **stream_headers(last_event_id)}
        async with self._http.stream(call.method, self._address.path(call), **given) as response:
            if response.status_code >= 400:
                raise refusal(response.status_code, await response.aread())
            parser = EventParser()
            async for line in response.aiter_lines():
                event = parser.feed(line)
                if event is not None:
                    yield checked(event)
