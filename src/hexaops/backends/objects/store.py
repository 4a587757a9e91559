"""The seam: named contents, written whole or not at all. Every method blocks."""

from __future__ import annotations

from typing import Protocol


class ObjectStoreError(Exception):
    """The store cannot be used; the message holds neither addresses nor credentials."""


class ObjectStore(Protocol):
    """Each method raises ObjectStoreError."""

    def put(self, name: str, content: bytes) -> None:
        """Keep the content under the name, replacing what was there."""
        ...

    def get(self, name: str) -> bytes:
        """The content; also raises where there is none."""
        ...

    def exists(self, name: str) -> bool:
        """Whether something is kept under the name."""
        ...

    def delete(self, name: str) -> None:
        """Remove it, if it is there."""
        ...

    def tidy(self, prefix: str) -> None:
        """Remove what writes of such names have left that were not finished."""
        ...
