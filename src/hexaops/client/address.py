"""Where the service is and who calls: shared by both clients, which differ in how they wait only."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import msgspec
from msgspec import Struct

from hexaops.client.call import Call
from hexaops.client.errors import ApiError, ClientError, NoConnectionError
from hexaops.client.events import Event
from hexaops.client.retry import Retry, is_retried
from hexaops.responses import ErrorView

T = TypeVar("T")
REPEATABLE = (httpx2.ConnectError, httpx2.ReadError, httpx2.RemoteProtocolError, httpx2.TimeoutException)


class Address(Struct, frozen=True):
    """A workspace of a service, and a user's token for it."""

    url: str
    token: str
    workspace_id: str

    @classmethod
    def of_home(cls, home: str | Path | None) -> Address:
        """What `hexaops serve` wrote into its home folder; raises ClientError without it."""
        with _credentials(home) as found:
            return cls(found["base_url"], found["user_token"], found["workspace_id"])

    def path(self, call: Call[Any]) -> str:
        """The call's whole path."""
        if call.path.startswith(("/api/", "/internal/")):
            return call.path
        return f"/api/v1/workspaces/{self.workspace_id}{call.path}"

    def options(self, timeout_seconds: float) -> dict[str, Any]:
        """How an HTTP client is opened."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return {"base_url": self.url.rstrip("/"), "headers": headers, "timeout": timeout_seconds, "trust_env": False}


class ServiceAddress(Address, frozen=True):
    """A service, and a service account's token for it."""

    account: str

    @classmethod
    def of_home(cls, home: str | Path | None) -> ServiceAddress:
        """What `hexaops serve` wrote into its home folder; raises ClientError without it."""
        with _credentials(home) as found:
            account = found["service_account"]
            return cls(found["base_url"], account["token"], found["workspace_id"], account["id"])

    def options(self, timeout_seconds: float) -> dict[str, Any]:
        """How an HTTP client is opened."""
        given = super().options(timeout_seconds)
        return {**given, "headers": {**given["headers"], "X-Service-Account": self.account}}


@contextmanager
def _credentials(home: str | Path | None) -> Iterator[dict[str, Any]]:
    path = Path(home or os.environ.get("HEXAOPS_HOME") or "~/.hexaops").expanduser() / "credentials.json"
    try:
        yield json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError) as error:
        message = f"no credentials in {path}: start `hexaops serve`, or pass url, token and workspace"
        raise ClientError(message) from error


def arguments(call: Call[Any]) -> dict[str, Any]:
    """What the HTTP client is given beside method and path."""
    headers = {} if call.key is None else {"Idempotency-Key": call.key}
    return {"params": dict(call.query), "json": call.body, "headers": headers}


class Pause(Struct, frozen=True):
    """How long to wait before the next attempt."""

    seconds: float


def read_answer(call: Call[T], response: httpx2.Response, retry: Retry, attempt: int) -> T | Pause:
    """The answer, or how long to wait before the next attempt. Raises ApiError."""
    if response.status_code == 204:
        return None  # type: ignore[return-value] # the type of such calls
    if response.status_code < 400:
        return msgspec.json.decode(response.content, type=call.answer)
    error = refusal(response.status_code, response.content)
    if call.is_repeatable and is_retried(response.status_code, error.code):
        pause = retry.pause(attempt, response.headers)
        if pause is not None:
            return Pause(pause)
    raise error


def pause_after_failure(call: Call[Any], error: Exception, retry: Retry, attempt: int) -> float:
    """How long to wait before the next attempt; raises NoConnectionError."""
    may = call.is_repeatable or isinstance(error, httpx2.ConnectError)
    pause = retry.pause(attempt) if may else None
    if pause is None:
        message = f"{call.method} {call.path}: {type(error).__name__}"
        raise NoConnectionError(message) from error
    return pause


def refusal(status: int, content: bytes) -> ApiError:
    """The service's error, or what a proxy answered in its place."""
    try:
        found = msgspec.json.decode(content, type=ErrorView)
    except msgspec.MsgspecError:
        return ApiError(status, f"HTTP_{status}", "the answer is not the service's", {}, None)
    return ApiError(status, found.error.code, found.error.message, found.error.details, found.request_id)


def stream_headers(last_event_id: str | None = None) -> Mapping[str, str]:
    """Headers of a request whose answer is a stream."""
    more = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
    return {"Accept": "text/event-stream", **more}


def checked(event: Event) -> Event:
    """The event; raises ApiError for the one that ends a stream with an error."""
    if event.name != "error":
        return event
    error = event.data["error"]
    raise ApiError(500, error["code"], error["message"], error["details"], event.data.get("request_id"))
