"""Cuts findings to what a workspace may see: a shared cluster's other nodes count, but are not named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from msgspec.structs import replace

from hexaops.analysis.diagnosis.model import Finding, Ref
from hexaops.features.diagnosis.listing import Fence

OTHER_NODE = "another node"


def fenced(found: Iterable[Finding], fence: Fence, hidden: Set[str]) -> Sequence[Finding]:
    """The findings that are the workspace's business, without the names of `hidden` nodes."""
    if fence.whole:
        return [*found]
    return [_cut(one, fence, hidden) for one in found if _may_see(one.subject, fence, hidden)]


def _may_see(ref: Ref, fence: Fence, hidden: Set[str]) -> bool:
    if ref.kind == "Node":
        return ref.name not in hidden
    return not ref.namespace or fence.may_see(ref.namespace)


def _cut(one: Finding, fence: Fence, hidden: Set[str]) -> Finding:
    return replace(
        one,
        evidence=tuple(
            item._replace(text=_without(item.text, hidden))
            for item in one.evidence
            if _may_see(item.about, fence, hidden)
        ),
        affected=tuple(ref for ref in one.affected if _may_see(ref, fence, hidden)),
        cause=_without(one.cause, hidden),
        finding=_without(one.finding, hidden),
        fix=one.fix if one.fix is None or _may_see(one.fix.target, fence, hidden) else None,
    )


def _without(words: str, hidden: Set[str]) -> str:
    for name in sorted(hidden, key=len, reverse=True):
        words = words.replace(name, OTHER_NODE)
    return words
