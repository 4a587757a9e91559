"""What can be named in a workspace, as the understanding wants it: one object per snapshot, made again on change only.

Pods and actions are many and come and go; their names are copied, not typed. They join the inventory only for a message
that holds such a name, found by look-up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.facts import Operation
from hexaops.assistant.understanding import Inventory, KnownEntity
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.service import ApplicationService

_COPIED = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")
_KEPT = 64
"""Workspaces whose inventory is held."""

Names = tuple[tuple[str, str, str], ...]


class _Held(Struct, frozen=True):
    names: tuple[object, ...]
    inventory: Inventory


class Inventories:
    """The inventories of the workspaces."""

    def __init__(self, applications: ApplicationService) -> None:
        self._applications = applications
        self._held: dict[str, _Held] = {}

    def get(
        self,
        workspace: Workspace,
        *,
        applications: Sequence[Application],
        projects: Sequence[str],
        nodes: Sequence[str],
        operations: Sequence[Operation],
        message: str,
        gone: Sequence[KnownEntity] = (),
    ) -> Inventory:
        """What this message may name."""
        base = self._base(workspace, applications, projects, nodes)
        extra = (*gone, *self._pods(workspace, projects, message), *_actions(operations, message))
        return Inventory((*base.entities, *extra)) if extra else base

    def _base(
        self,
        workspace: Workspace,
        applications: Sequence[Application],
        projects: Sequence[str],
        nodes: Sequence[str],
    ) -> Inventory:
        names = (workspace.name, tuple(application.id for application in applications), tuple(projects), tuple(nodes))
        held = self._held.pop(workspace.id, None)
        if held is None or held.names != names:
            held = _Held(names, Inventory(tuple(_entities(workspace, applications, projects, nodes))))
        self._held[workspace.id] = held
        if len(self._held) > _KEPT:
            del self._held[next(iter(self._held))]
        return held.inventory

    def _pods(self, workspace: Workspace, projects: Sequence[str], message: str) -> Iterator[KnownEntity]:
        words = {word.lower() for word in _COPIED.findall(message) if "-" in word}
        if not words:
            return
        for word in sorted(words)[:20]:
            for namespace in projects:
                if pod := self._applications.find_pod(workspace, namespace, word):
                    yield KnownEntity(pod.uid, "pod", pod.name, pod.namespace)


def _entities(
    workspace: Workspace, applications: Sequence[Application], projects: Sequence[str], nodes: Sequence[str]
) -> Iterator[KnownEntity]:
    yield KnownEntity(workspace.id, "workspace", workspace.name)
    for application in applications:
        yield KnownEntity(application.id, "application", application.name, application.project, application.kind)
    for project in projects:
        yield KnownEntity(f"project:{project}", "project", project)
    for node in nodes:
        yield KnownEntity(f"node:{node}", "node", node)


def _actions(operations: Sequence[Operation], message: str) -> Iterator[KnownEntity]:
    lowered = message.lower()
    for operation in operations:
        if operation.id.lower() in lowered:
            yield KnownEntity(operation.id, "action", operation.id)
