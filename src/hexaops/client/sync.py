"""The sync client: every method is a call, sent and read."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
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
from hexaops.client.generated.sync import Operations
from hexaops.client.retry import Retry
from hexaops.client.sending import Sending
from hexaops.features.actions.views import ActionView
from hexaops.features.alerts.views import AlertsView
from hexaops.features.applications.views import ApplicationDetailView, ApplicationView
from hexaops.features.chat.views import ChatAnswerView
from hexaops.features.overview.views import OverviewView

T = TypeVar("T")
POLL_SECONDS = 1.0


class Client(Sending, Operations):
    """Speaks for one user in one workspace: `with Client.from_home() as client: …`."""

    def __init__(
        self,
        url: str,
        token: str,
        workspace_id: str,
        *,
        retry: Retry | None = None,
        transport: httpx2.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(Address(url, token, workspace_id), retry, transport, sleep)

    @classmethod
    def from_home(cls, home: str | Path | None = None) -> Client:
        """Of the service on this machine, by its home folder ($HEXAOPS_HOME, else ~/.hexaops); raises ClientError."""
        found = Address.of_home(home)
        return cls(found.url, found.token, found.workspace_id)

    def __enter__(self) -> Client:
        return self

    def overview(self) -> OverviewView:
        """The workspace at a glance."""
        return self.send(calls.get_overview()).data

    def applications(self, *, status: str | None = None, project: str | None = None) -> Iterator[ApplicationView]:
        """All applications, page by page."""
        cursor: str | None = None
        while True:
            page = self.send(calls.list_applications(status=status, project=project, cursor=cursor, limit=500)).data
            yield from page.applications
            cursor = page.pagination.next_cursor
            if cursor is None:
                return

    def application(self, name: str) -> ApplicationDetailView:
        """One by id or name, with its pods and problems."""
        return self.send(calls.get_application(name)).data

    def alerts(self) -> AlertsView:
        """Open alerts and every rule."""
        return self.send(calls.list_alerts()).data

    def ask(self, message: str, *, session_id: str | None = None) -> ChatAnswerView:
        """Ask in your own words; `session_id` of an earlier answer goes on with its conversation."""
        return self.send(asking.ask(message, session_id)).data

    def plan(self, action: str, application: str | None = None, **parameters: Any) -> ActionView:
        """Plan a change: nothing happens until `confirm`."""
        return self.send(asking.plan(action, application, parameters)).data

    def confirm(self, planned: ActionView) -> ActionView:
        """Carry out a plan."""
        return self.send(asking.confirm(planned)).data

    def action(self, action_id: str) -> ActionView:
        """An action as it is now."""
        return self.send(calls.get_action(action_id)).data

    def actions(self, *, status: ActionStatus | None = None) -> Iterator[ActionView]:
        """All actions, newest first."""
        cursor: str | None = None
        while True:
            page = self.send(calls.list_actions(status=status, cursor=cursor, limit=100))
            yield from page.data
            cursor = page.pagination.next_cursor
            if cursor is None:
                return

    def cancel(self, action_id: str) -> ActionView:
        """Cancel a running action; what it has done is undone."""
        return self.send(calls.cancel_action(action_id)).data

    def rollback(self, action_id: str) -> ActionView:
        """Plan to undo a completed action."""
        return self.send(calls.rollback_action(action_id, {})).data

    def wait(self, action: ActionView, *, timeout_seconds: float = 600.0) -> ActionView:
        """The action once it has ended, however it did; raises TooLongError."""
        waited = 0.0
        while action.status not in ENDED:
            if waited >= timeout_seconds:
                raise still_running(str(action.action_id), action.status, timeout_seconds)
            self._sleep(POLL_SECONDS)
            waited += POLL_SECONDS
            action = self.action(str(action.action_id))
        return action

    def stream(self, message: str, *, session_id: str | None = None) -> Iterator[Event]:
        """An answer while it is made: `status`, `evidence`, `delta`, `plan`, at last `final`. Raises ApiError."""
        yield from self._events(asking.ask(message, session_id), None)

    def events(self, *, last_event_id: str | None = None) -> Iterator[Event]:
        """What changes in the workspace, for ever; goes on where it broke off."""
        attempt = 0
        while True:
            try:
                for event in self._events(get("/aiops/events", dict), last_event_id):
                    attempt, last_event_id = 0, event.id or last_event_id
                    yield event
                # a stream that ends without an error is that of a service that stops
                self._sleep(self._retry.first_seconds)
            except REPEATABLE as error:
                attempt += 1
                pause = self._retry.pause(attempt)
                if pause is None:
                    message = "the stream of events broke, and the service could not be reached again"
                    raise NoConnectionError(message) from error
                self._sleep(pause)

    def tail_logs(
        self, *, text: str = "", log_level: Sequence[str] = (), components: Sequence[str] = ()
    ) -> Iterator[Event]:
        """Log lines of the workspace as they are stored, events named `line`, until you stop. Raises ApiError."""
        call = get("/aiops/logs/tail", dict, text=text or None, log_level=log_level, components=components)
        yield from self._events(call, None)

    def _events(self, call: Call[Any], last_event_id: str | None) -> Iterator[Event]:
        given = arguments(call)
        given["headers"] = {**given["headers"], **stream_headers(last_event_id)}
        with self._http.stream(call.method, self._address.path(call), **given) as response:
            if response.status_code >= 400:
                raise refusal(response.status_code, response.read())
            parser = EventParser()
            for line in response.iter_lines():
                event = parser.feed(line)
                if event is not None:
                    yield checked(event)
