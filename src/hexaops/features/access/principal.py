"""Principals: users of the public API and service accounts of the internal one."""

from __future__ import annotations

from collections.abc import Set
from typing import Literal

from msgspec import Struct

Kind = Literal["user", "service"]


class Principal(Struct, frozen=True):
    """An authenticated caller; only token verification creates one."""

    kind: Kind
    id: str
    """The token's subject (users; `local:…` from the local issuer) or the service account's id."""
    name: str
    scopes: Set[str] = frozenset()
    """A service account's scopes; users' permissions follow from their role in a workspace."""
    workspace_ids: Set[str] | None = None
    """Workspaces that a service account is bound to; None: all of them."""

    @property
    def is_bound(self) -> bool:
        """Whether it is a service account that may enter some workspaces only."""
        return self.workspace_ids is not None

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    def may_enter(self, workspace_id: str) -> bool:
        """Whether a service account's binding allows the workspace; users enter by membership instead."""
        return self.kind == "service" and (self.workspace_ids is None or workspace_id in self.workspace_ids)
