"""rollback_revision: an application's pods back to the template of an earlier revision.

The template is that of a ReplicaSet the Deployment still keeps, as `kubectl rollout undo` takes it.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from hexaops.analysis.applications.model import Application
from hexaops.runbooks.disruption import ready_pods_down_by_rollout
from hexaops.runbooks.live import LiveObject, LiveWorkload
from hexaops.runbooks.manifests import merge_patch
from hexaops.runbooks.model import Call, Draft, FieldChange, Fields, Subject, Write
from hexaops.runbooks.parameters import Parameters, refused
from hexaops.runbooks.restart import DRAIN, REPLACE
from hexaops.runbooks.rollout import REVISION
from hexaops.runbooks.runbook import NotApplicableError, Right, Words, World, step_named
from hexaops.runbooks.workloads import (
    VALIDATE,
    VERIFY,
    WorkloadRunbook,
    check_rolls_out,
    read_workload,
)

TEMPLATE = "/spec/template"
HASH_LABEL = "pod-template-hash"


class RevisionParameters(Parameters):
    """Revision; the previous one by default."""

    revision: Annotated[int, Field(ge=1)] | None = None


class RollbackRevision(WorkloadRunbook[RevisionParameters]):
    """Returns to an earlier release."""

    name = "rollback_revision"
    parameters = RevisionParameters
    words = Words(
        verb="roll back",
        done="rolled back",
        does="returns to the pod template of an earlier revision, by default the previous one",
        undo="returns to the revision it came from",
    )
    risk = "medium"
    rights = (Right("patch", "Deployment"),)
    steps = (VALIDATE, step_named("roll_back", DRAIN), REPLACE, VERIFY)

    async def draft(self, subject: Subject, parameters: RevisionParameters, world: World) -> Draft:
        """Draft the return to an earlier template."""
        workload = await read_workload(subject, world)
        if workload.kind != "Deployment":
            raise NotApplicableError(f"Rolling back a {workload.kind} is not supported", possible=None)
        check_rolls_out(workload)
        now = _revision(workload.annotations)
        number, earlier = await _earlier(workload, parameters.revision, world)
        before, after = dict(workload.template), _template(earlier)
        if before == after:
            raise NotApplicableError(f"Revision {number} is the current one", possible=None)
        write = Write(
            target=workload.target,
            call=_replace(before, after),
            undo=_replace(after, before),
            changes=_changes(before, after),
        )
        return Draft(
            action=self.name,
            subject=subject,
            target=workload.target,
            description=f"Rolling application '{subject.name}' back from revision {now} to revision {number}",
            parameters={"revision": number},
            writes=(write,),
            risk="medium",
            prior={"revision": now},
            ready_pods_down=ready_pods_down_by_rollout(workload),
            pods_touched=workload.replicas,
        )

    def possible_for(self, application: Application) -> bool:
        """A Deployment that has been changed since it was created."""
        return application.kind == "Deployment" and _revision(application.workload.annotations) > 1

    def inverse(self, draft: Draft) -> tuple[str, Fields]:
        """The revision it came from, now the second newest."""
        return self.name, {"revision": draft.prior["revision"]}


async def _earlier(workload: LiveWorkload, asked: int | None, world: World) -> tuple[int, LiveObject]:
    now = _revision(workload.annotations)
    kept = {_revision(row.annotations): row for row in world.cache.replica_sets_of(workload.target.uid)}
    kept.pop(now, None)
    if not kept:
        raise NotApplicableError("No earlier revision is kept", possible=None)
    number = max(kept) if asked is None else asked
    if number not in kept:
        raise refused("revision", f"one of {', '.join(str(one) for one in sorted(kept))}")
    live = await world.find("ReplicaSet", workload.target.namespace, kept[number].name)
    if live is None:
        raise NotApplicableError(f"Revision {number} is no longer kept", possible=None)
    return number, live


def _revision(annotations: Any) -> int:
    written = annotations.get(REVISION, "")
    return int(written) if written.isascii() and written.isdigit() else 0


def _template(replica_set: LiveObject) -> dict[str, Any]:
    """The ReplicaSet's template without its pod-template-hash label."""
    template = dict(replica_set.document["spec"]["template"])
    metadata = dict(template.get("metadata") or {})
    metadata["labels"] = {key: value for key, value in (metadata.get("labels") or {}).items() if key != HASH_LABEL}
    return {**template, "metadata": metadata}


def _replace(old: Any, new: Any) -> Call:
    """A merge patch whose result is exactly the new template: what only the old one has becomes null."""
    return Call(verb="patch", body={"spec": {"template": merge_patch(old, new)}})


def _changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[FieldChange, ...]:
    """The differences, down to the fields of the pod spec."""
    changes = []
    for part in ("metadata", "spec"):
        old, new = before.get(part) or {}, after.get(part) or {}
        changes += [
            FieldChange(f"{TEMPLATE}/{part}/{key}", old.get(key), new.get(key))
            for key in sorted({*old, *new})
            if old.get(key) != new.get(key)
        ]
    return tuple(changes)
