"""The tenant fence of an engine that others fill: which namespaces (or workspace labels) a query may see.

It is made from the caller's rights, never from the text, and every engine adds it beside the translated text. Rows are
checked against it once more when they arrive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from msgspec import Struct, field


class Tenant(Struct, frozen=True):
    """A workspace, and the namespaces that are its own."""

    workspace_id: str
    namespaces: Set[str] | None
    """None: every one but `excluded`."""
    excluded: Set[str] = frozenset()

    def owns(self, namespace: str) -> bool:
        """Whether lines of the namespace belong to the workspace."""
        if not namespace or namespace in self.excluded:
            return False
        return self.namespaces is None or namespace in self.namespaces


class Names(Struct, frozen=True):
    """Values that a field must have; with `negated`, must not have, though it must have some value."""

    values: Sequence[str]
    negated: bool = False

    @property
    def nothing(self) -> bool:
        """Whether no line can pass."""
        return not self.values and not self.negated


class Fence(Struct, frozen=True):
    """The workspaces of one query on one engine."""

    tenants: Sequence[Tenant]
    by_label: bool = False
    """Lines carry their workspace's id in a field of its own; else they are told by namespace."""
    selector: Mapping[str, str] = field(default_factory=dict)
    """Fields that every line of this cluster has: others may store in the same engine."""

    def names(self) -> Names:
        """What the field of the fence may hold."""
        if self.by_label:
            return Names(sorted(tenant.workspace_id for tenant in self.tenants))
        included = {
            name for one in self.tenants if one.namespaces is not None for name in one.namespaces - one.excluded
        }
        complements = [one.excluded for one in self.tenants if one.namespaces is None]
        if not complements:
            return Names(sorted(included - {""}))
        return Names(sorted(frozenset.intersection(*map(frozenset, complements)) - included), negated=True)

    def workspace_of(self, value: str) -> str | None:
        """The workspace of a line, by the value of the fence's field; None: a line that must not be seen."""
        if self.by_label:
            return value if any(tenant.workspace_id == value for tenant in self.tenants) else None
        return next((tenant.workspace_id for tenant in self.tenants if tenant.owns(value)), None)
