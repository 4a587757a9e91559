"""delete_unused: deletes named objects of a project, each by its uid, after making sure that nothing needs them.

Only operations plan it: no user and no chat can ask for a deletion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hexaops.analysis.unused import (
    TEMPLATES,
    Unused,
    UnusedKind,
    finished_jobs,
    finished_pods,
    is_kept,
    orphaned_replica_sets,
    unclaimed_volumes,
    unnamed_config_maps,
)
from hexaops.runbooks.live import LiveObject
from hexaops.runbooks.model import Call, Draft, Fields, Risk, Subject, Write
from hexaops.runbooks.parameters import Parameters
from hexaops.runbooks.runbook import (
    NotApplicableError,
    Right,
    Runbook,
    Step,
    View,
    Words,
    World,
    all_writes,
    seconds_of_one_batch,
    seconds_to_validate,
)

MOST_OBJECTS = 50
RISKS: Mapping[str, Risk] = {
    "Job": "low", "Pod": "low", "ReplicaSet": "low", "ConfigMap": "high", "PersistentVolumeClaim": "high",
}  # fmt: skip
"""What a claim holds may be lost with it; a ConfigMap may be read by what names it nowhere."""
PUT_BACK = frozenset({"ReplicaSet", "ConfigMap"})
"""Kinds that are the same when created again. A Job or pod would run again, and a claim's data is gone."""
BY_NAME = frozenset({"ConfigMap", "PersistentVolumeClaim"})
Name = Annotated[str, StringConstraints(min_length=1, max_length=253)]


class UnusedObject(BaseModel):
    """One object."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    kind: UnusedKind
    name: Name
    uid: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class CleanupParameters(Parameters):
    """The objects; those that are gone or in use meanwhile are left out."""

    objects: Annotated[list[UnusedObject], Field(min_length=1, max_length=MOST_OBJECTS)]


def _gone(view: View) -> bool | None:
    """Done when no deleted object is left, or those that are left only wait for their finalizers."""
    left = [
        number
        for number, write in enumerate(view.draft.writes)
        if (written := view.written.get(number)) is None or written.uid == write.target.uid
    ]
    cached = [view.cache.find(write.target.kind, write.target.namespace, write.target.name)
              for write in view.draft.writes if write.target.kind != "ConfigMap"]  # fmt: skip
    uids = {write.target.uid for write in view.draft.writes}
    return None if left or any(row is not None and row.uid in uids for row in cached) else True


def _details(view: View, _reached: object) -> Fields:
    deleted = [f"{write.target.kind}/{write.target.name}" for write in view.draft.writes]
    return {"details": {"deleted": deleted, "resources_affected": len(deleted)}}


VALIDATE = Step("validate_unused", seconds_to_validate, examines=True)
DELETE = Step("delete_objects", seconds_of_one_batch, writes=all_writes)
VERIFY = Step("verify_deleted", seconds_of_one_batch, reached=_gone, found=_details)


class DeleteUnused(Runbook[CleanupParameters]):
    """Deletes what nothing needs any more. Operations alone plan it."""

    name = "delete_unused"
    target = "project"
    parameters = CleanupParameters
    words = Words(
        verb="delete unused objects of",
        done="deleted",
        does="deletes Jobs and pods that have ended, and ReplicaSets, ConfigMaps and claims that nothing uses",
        undo="creates ReplicaSets and ConfigMaps again; Jobs, pods and claims stay deleted",
        noun="Unused objects",
    )
    risk = "Jobs, pods, ReplicaSets: low; ConfigMaps, claims: high"
    rights = (*(Right("delete", kind) for kind in RISKS), *(Right("create", kind) for kind in sorted(PUT_BACK)))
    steps = (VALIDATE, DELETE, VERIFY)
    watched = ("Job", "Pod", "ReplicaSet", "PersistentVolumeClaim")

    async def draft(self, subject: Subject, parameters: CleanupParameters, world: World) -> Draft:
        """Draft the deletions of what is still there and still unused."""
        kinds = {one.kind for one in parameters.objects}
        unused = {one.uid for one in await find_unused(world, subject.namespace, kinds)}
        writes, left = [], []
        for one in parameters.objects:
            live = await world.find(one.kind, subject.namespace, one.name)
            if live is None or live.target.uid != one.uid or live.deleting:
                left.append(f"{one.kind} {one.name} is gone")
            elif one.uid not in unused or is_kept(live.labels, live.annotations):
                left.append(f"{one.kind} {one.name} is in use, or kept by a deployment tool")
            else:
                writes.append(_deletion(live))
        if not writes:
            raise NotApplicableError(f"Nothing is left to delete: {'; '.join(left[:3])}", possible=None)
        objects = "object" if len(writes) == 1 else "objects"
        return Draft(
            action=self.name,
            subject=subject,
            target=writes[0].target,
            description=f"Deleting {len(writes)} unused {objects} of project '{subject.name}'",
            parameters=parameters.model_dump(exclude={"reason"}),
            writes=tuple(writes),
            risk="high" if any(RISKS[write.target.kind] == "high" for write in writes) else "low",
            warnings=tuple(left),
        )


async def find_unused(world: World, namespace: str, kinds: set[UnusedKind]) -> list[Unused]:
    """What is unused now among these kinds in a namespace; ConfigMaps and claims are judged by fresh lists."""
    rows = world.cache.rows
    found: list[Unused] = []
    if "Job" in kinds:
        found += finished_jobs(rows("Job", namespace))
    if "Pod" in kinds:
        found += finished_pods(rows("Pod", namespace))
    if "ReplicaSet" in kinds:
        found += orphaned_replica_sets(rows("ReplicaSet", namespace))
    if kinds & BY_NAME:
        named_by: dict[str, Sequence[Any]] = {kind: await world.list(kind, namespace) for kind in TEMPLATES}
        if "PersistentVolumeClaim" in kinds:
            claims = await world.list("PersistentVolumeClaim", namespace)
            found += unclaimed_volumes(claims, named_by)
        if "ConfigMap" in kinds:
            found += unnamed_config_maps(await world.list("ConfigMap", namespace, metadata_only=True), named_by)
    return found


def _deletion(live: LiveObject) -> Write:
    undo = Call(verb="create", body=_manifest(live)) if live.kind in PUT_BACK else None
    return Write(target=live.target, call=Call(verb="delete"), undo=undo)


def _manifest(live: LiveObject) -> Fields:
    """The object as it would be created again."""
    metadata = {
        key: value
        for key, value in live.document["metadata"].items()
        if key in {"name", "namespace", "labels", "annotations"}
    }
    rest = {key: value for key, value in live.document.items() if key not in {"metadata", "status"}}
    return {**rest, "metadata": metadata}
