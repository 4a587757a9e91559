"""A call as a value: what is sent and which type comes back. Both clients send these."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from msgspec import Struct, field

T = TypeVar("T")


class Call(Struct, Generic[T], frozen=True):
    """One request, and the type of its answer."""

    method: str
    path: str
    """Below the workspace; whole where it begins with `/api/`."""
    answer: type[T]
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    key: str | None = None
    """Of a request that changes something: the same for each repetition."""

    @property
    def is_repeatable(self) -> bool:
        """Whether sending it twice has the effect of once."""
        return self.method in {"GET", "PUT"} or self.key is not None


def get(path: str, answer: type[T], **query: Any) -> Call[T]:
    """A read; what is None is left out of the query."""
    return Call("GET", path, answer, {name: value for name, value in query.items() if value is not None})


def post(path: str, answer: type[T], body: Mapping[str, Any]) -> Call[T]:
    """A request that changes something, under a key of its own."""
    return Call("POST", path, answer, body=body, key=str(uuid.uuid4()))


def put(path: str, answer: type[T], body: Mapping[str, Any]) -> Call[T]:
    """Set something as a whole: sent twice, it is as if sent once."""
    return Call("PUT", path, answer, body=body)


def send(method: str, path: str, answer: type[T], body: Mapping[str, Any]) -> Call[T]:
    """A request that is not repeated after a broken connection."""
    return Call(method, path, answer, body=body)


def delete(path: str) -> Call[None]:
    """Remove something; nothing comes back."""
    return Call("DELETE", path, type(None))


def segment(text: str) -> str:
    """A value as one segment of a path."""
    return quote(text, safe="")
