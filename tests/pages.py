"""Pages asked of a service directly, without the HTTP that binds a cursor to its caller."""

from __future__ import annotations

from hexaops.kit.paging import CursorSigner, PageRequest

_SIGNER = CursorSigner(lambda: b"a key for tests")


def page(limit: int = 50, cursor: str | None = None) -> PageRequest:
    """The first page, or the one that a cursor names."""
    after = None if cursor is None else _SIGNER.open(cursor, bound="test")
    return PageRequest(limit, lambda position: _SIGNER.seal(position, bound="test"), after)
