"""restore_backup: creates what is missing of a backup's objects, and on request puts back what differs.

A claim is created from the snapshot of its volume; where Velero has the contents, Velero is asked to bring it back.

A Secret's contents are in no plan: it is created from the encrypted object, and one that is
there is never replaced. Nor is anything that somebody else created under the name since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import msgspec
from msgspec.structs import replace

from hexaops.runbooks import rollout
from hexaops.runbooks.disruption import ready_pods_down_by_rollout
from hexaops.runbooks.live import LiveObject, LiveWorkload
from hexaops.runbooks.manifests import comparable, creatable, differing, has, merge_patch
from hexaops.runbooks.model import ArchivedObject, Call, Draft, FieldChange, Fields, Subject, TargetRef, Write, Written
from hexaops.runbooks.parameters import Parameters
from hexaops.runbooks.runbook import (
    RESTORED,
    NotApplicableError,
    Right,
    Step,
    View,
    Words,
    World,
    all_writes,
    seconds_of_one_batch,
    step_named,
)
from hexaops.runbooks.workloads import VALIDATE, VERIFY, WORKLOADS, WorkloadRunbook

ORDER = (
    "Secret", "ConfigMap", "PersistentVolumeClaim", "Service", *WORKLOADS, "PodDisruptionBudget",
    "HorizontalPodAutoscaler", "Ingress",
)  # fmt: skip
"""What pods read comes before the pods."""
CLAIM, SNAPSHOT, VELERO = "PersistentVolumeClaim", "VolumeSnapshot", "Restore"
REPLACED = frozenset(ORDER) - {"Secret", CLAIM}
WATCHED = tuple(kind for kind in ORDER if kind not in {"Secret", "ConfigMap"})
CLAIMS = "hexaops.dev/claims"
"""Annotation of a Restore: the claims that it is to bring back."""
MOST_RESTORES = 20
ACCOUNT_TOKEN = "kubernetes.io/service-account-token"  # noqa: S105 # a type of Secret


class RestoreParameters(Parameters):
    """The backup, and what becomes of objects that are there."""

    backup_id: str
    existing: Literal["keep", "replace"] = "keep"


@dataclass
class _Drafting:
    """The writes so far."""

    replaces: bool
    snapshots: Mapping[str, bool]
    """Of the claims: whether the snapshot is there and ready."""
    writes: list[Write]
    warnings: list[str]
    velero: dict[str, Fields]
    """Claims that Velero brings back, and where its backup is."""

    def add(self, one: ArchivedObject, live: LiveObject | None) -> None:
        """Raises NotApplicableError where the object's name is somebody else's."""
        document = one.document
        kind, name = document["kind"], document["metadata"]["name"]
        if live is None:
            self._create(one)
        elif live.deleting:
            raise NotApplicableError(f"{kind} {name} is still being deleted", possible="when it is gone")
        elif kind not in REPLACED:
            self.warnings.append(f"{kind} {name} is there and is left as it is")
        elif changes := _changes(live, document):
            self._replace(live, one, changes)

    def _create(self, one: ArchivedObject) -> None:
        document = one.document
        kind, name, namespace = document["kind"], document["metadata"]["name"], document["metadata"]["namespace"]
        if document.get("type") == ACCOUNT_TOKEN:
            self.warnings.append(f"{kind} {name} is a ServiceAccount's token: Kubernetes makes a new one")
            return
        if kind == CLAIM and "velero" in one.contents:
            self.velero[name] = one.contents
            return
        body = creatable(document)
        if kind == CLAIM:
            body = self._filled(body, one)
        target = TargetRef(kind=kind, namespace=namespace, name=name)
        call = Call(verb="create", body=body, sealed=one.sealed)
        self.writes.append(Write(target=target, call=call, undo=Call(verb="delete")))

    def _filled(self, body: Fields, one: ArchivedObject) -> Fields:
        """The claim with the snapshot of its volume as its source, where there is one."""
        name, snapshot = body["metadata"]["name"], one.contents.get("snapshot")
        if snapshot and self.snapshots.get(snapshot):
            source = {"apiGroup": "snapshot.storage.k8s.io", "kind": SNAPSHOT, "name": snapshot}
            return {**body, "spec": {**body["spec"], "dataSource": source}}
        why = f"the snapshot {snapshot} is gone or not ready" if snapshot else "its contents are not in the backup"
        self.warnings.append(f"{CLAIM} {name} is created empty: {why}")
        return body

    def _replace(self, live: LiveObject, one: ArchivedObject, changes: tuple[FieldChange, ...]) -> None:
        shown = f"{live.kind} {live.target.name}"
        if not self.replaces:
            self.warnings.append(f"{shown} differs from the backup and is left as it is")
            return
        if live.target.uid not in one.uids:
            reason = f"{shown} was created by somebody else since the backup"
            raise NotApplicableError(reason, possible="with existing: keep, which leaves it as it is")
        before, after = comparable(live.document), comparable(one.document)
        self.writes.append(
            Write(
                target=live.target,
                call=Call(verb="patch", body=merge_patch(before, after)),
                undo=Call(verb="patch", body=merge_patch(after, before)),
                changes=changes,
            )
        )


def _changes(live: LiveObject, document: Fields) -> tuple[FieldChange, ...]:
    named = {"kind": live.kind, "apiVersion": document["apiVersion"]}
    return differing(live, comparable({**live.document, **named}), comparable(document))


def _seen(view: View) -> View:
    """The same with the uid that the workload got when it was created."""
    for number, write in enumerate(view.draft.writes):
        if write.target == view.target and not write.target.uid and number in view.written:
            target = msgspec.structs.replace(write.target, uid=view.written[number].uid)
            writes = list(view.draft.writes)
            writes[number] = msgspec.structs.replace(write, target=target)
            return replace(view, draft=msgspec.structs.replace(view.draft, target=target, writes=tuple(writes)))
    return view


def _there(view: View) -> bool | None:
    """Done when the watch has seen everything that was written; the others were read back when they were."""
    for number, write in enumerate(view.draft.writes):
        written = view.written.get(number)
        if written is None:
            return None
        target = write.target
        row = view.cache.find(target.kind, target.namespace, target.name) if target.kind in WATCHED else None
        if target.kind in WATCHED and (row is None or row.uid != written.uid):
            return None
    return True


def _details(view: View, _reached: object) -> Fields:
    created = [write for write in view.draft.writes if write.call.verb == "create"]
    replaced = [write for write in view.draft.writes if write.call.verb == "patch"]
    details = {
        "created": [f"{one.target.kind}/{one.target.name}" for one in created],
        "replaced": [f"{one.target.kind}/{one.target.name}" for one in replaced],
        "resources_affected": len(created) + len(replaced),
    }
    return {"details": details}


def _healthy(view: View) -> rollout.Progress | None:
    seen = _seen(view)
    return rollout.healthy(seen.cache, seen.target, seen.generation, replicas=None)


def _as_archived(view: View, live: LiveObject) -> bool:
    """Whether a fresh read shows a healthy workload whose pods are those of the backup."""
    seen = _seen(view)
    assert isinstance(live, LiveWorkload)
    if not rollout.shown_live(live, seen.target, seen.generation, replicas=None):
        return False
    for write in seen.draft.writes:
        if write.target == seen.target:
            wanted = write.call.body["spec"] if write.call.verb == "create" else {}
            same = all(has(live.field(f"/spec/{key}"), wanted.get(key)) for key in ("template", "selector") if wanted)
            return same and all(live.field(change.path) == change.after for change in write.changes)
    return True


def _by_velero(draft: Draft) -> Sequence[int]:
    return [number for number, write in enumerate(draft.writes) if write.target.kind == VELERO]


def _ours(draft: Draft) -> Sequence[int]:
    return [number for number in all_writes(draft) if number not in _by_velero(draft)]


def _claims_there(view: View) -> bool | None:
    """Whether Velero has brought every claim back: the pods' volumes are filled before they start."""
    for number in _by_velero(view.draft):
        metadata = view.draft.writes[number].call.body["metadata"]
        claims = metadata["annotations"][CLAIMS].split(",")
        if any(view.cache.find(CLAIM, view.draft.subject.namespace, one) is None for one in claims):
            return None
    return True


VOLUMES = Step("restore_volumes", seconds_of_one_batch, writes=_by_velero, reached=_claims_there)
RESTORE = Step("restore_objects", seconds_of_one_batch, writes=_ours, reached=_there, found=_details)
CHECK = step_named(VERIFY.name, VERIFY, reached=_healthy, confirmed=_as_archived)


class RestoreBackup(WorkloadRunbook[RestoreParameters]):
    """Restores an application from a backup, by the backup's id: the application itself may be gone."""

    name = "restore_backup"
    target = "backup"
    parameters = RestoreParameters
    words = Words(
        verb="restore",
        done="restored",
        does="creates what is missing of a backup's objects; with `existing: replace`, puts back what differs",
        undo="a failed or cancelled restoring deletes what it created and puts back what it replaced; a completed one "
        "is not undone",
    )
    risk = "medium; high where objects are replaced"
    rights = (
        *(Right("create", kind) for kind in ORDER),
        *(Right("delete", kind, takes_back=True) for kind in ORDER),
        *(Right("patch", kind) for kind in ORDER if kind in REPLACED),
        Right("create", VELERO),
        Right("delete", VELERO, takes_back=True),
    )
    steps = (VALIDATE, VOLUMES, RESTORE, CHECK)
    watched: ClassVar[tuple[str, ...]] = (*dict.fromkeys((*rollout.KINDS, *WATCHED)),)
    takes_several = False

    async def draft(self, subject: Subject, parameters: RestoreParameters, world: World) -> Draft:
        """Draft the creations and replacements; raises NotApplicableError where nothing is missing."""
        archived = await world.archived(parameters.backup_id)
        drafting = _Drafting(parameters.existing == "replace", await _ready(archived, world), [], [], {})
        workload: LiveObject | None = None
        for one in sorted(archived, key=_order):
            metadata = one.document["metadata"]
            live = await world.find(one.document["kind"], metadata["namespace"], metadata["name"])
            if (one.document["kind"], metadata["name"]) == (subject.kind, subject.name):
                workload = live
            drafting.add(one, live)
        if drafting.velero:
            drafting.writes.insert(0, await _asking_velero(subject, parameters.backup_id, drafting.velero, world))
        if not drafting.writes:
            raise NotApplicableError("Nothing of the backup is missing", possible=_possible(drafting))
        return _draft(self.name, subject, parameters, drafting, workload)

    def failed(self, view: View) -> str | None:
        """The controller's failure."""
        return super().failed(_seen(view))

    def stuck(self, view: View) -> str | None:
        """Why one of the pods cannot start."""
        return super().stuck(_seen(view))

    def state(self, view: View) -> str:
        """How many pods are ready."""
        return super().state(_seen(view))

    def deadline_seconds(self, view: View) -> float | None:
        """A Deployment's progress deadline."""
        return super().deadline_seconds(_seen(view))

    def restored(self, view: View, undone: Mapping[int, Written]) -> str | None:
        """What was created is gone again, and a workload that was there is as it was."""
        if not view.target.uid:
            return _put_back(view) if view.cache.find(*_place(view.target)) is None else None
        touched = any(write.target == view.target for write in view.draft.writes)
        return super().restored(view, undone) if touched else _put_back(view)


def _put_back(view: View) -> str:
    return f"{RESTORED}; what Velero brought back stays" if _by_velero(view.draft) else RESTORED


async def _ready(archived: Sequence[ArchivedObject], world: World) -> dict[str, bool]:
    """Snapshot → whether a claim can be made of it."""
    found = dict[str, bool]()
    for one in archived:
        if name := one.contents.get("snapshot"):
            live = await world.find(SNAPSHOT, one.document["metadata"]["namespace"], name)
            found[name] = live is not None and (live.document.get("status") or {}).get("readyToUse") is True
    return found


async def _asking_velero(subject: Subject, backup_id: str, claims: Mapping[str, Fields], world: World) -> Write:
    """The creation of a Restore of these claims, under the first name that is free."""
    first = next(iter(claims.values()))
    for number in range(1, MOST_RESTORES + 1):
        name = f"{backup_id}-{number}"
        if await world.find(VELERO, first["namespace"], name) is None:
            break
    else:
        raise NotApplicableError(f"{MOST_RESTORES} Restores of {backup_id} are there already", possible="delete them")
    metadata = {
        "name": name, "namespace": first["namespace"], "annotations": {CLAIMS: ",".join(sorted(claims))},
        "labels": {"app.kubernetes.io/managed-by": "hexaops"},
    }  # fmt: skip
    spec = {
        "backupName": first["velero"], "includedNamespaces": [subject.namespace], "restorePVs": True,
        "includedResources": ["persistentvolumeclaims", "persistentvolumes"], "existingResourcePolicy": "none",
    }  # fmt: skip
    body = {"apiVersion": "velero.io/v1", "kind": VELERO, "metadata": metadata, "spec": spec}
    target = TargetRef(kind=VELERO, namespace=first["namespace"], name=name)
    return Write(target=target, call=Call(verb="create", body=body), undo=Call(verb="delete"))


def _draft(
    action: str, subject: Subject, parameters: RestoreParameters, drafting: _Drafting, live: LiveObject | None
) -> Draft:  # fmt: skip
    writes = tuple(drafting.writes)
    target = live.target if live else TargetRef(kind=subject.kind, namespace=subject.namespace, name=subject.name)
    own = next((write for write in writes if write.target == target), None)
    rolls = isinstance(live, LiveWorkload) and own is not None and _rolls_out(own.changes)
    created = own.call.body["spec"].get("replicas", 1) if own is not None and own.call.verb == "create" else 0
    replaces = any(write.call.verb == "patch" for write in writes)
    objects = "object" if len(writes) == 1 else "objects"
    return Draft(
        action=action,
        subject=subject,
        target=target,
        description=f"Restoring application '{subject.name}': {len(writes)} {objects} of {parameters.backup_id}",
        parameters=parameters.model_dump(exclude={"reason"}),
        writes=writes,
        risk="high" if replaces else "medium",
        ready_pods_down=ready_pods_down_by_rollout(live) if rolls and isinstance(live, LiveWorkload) else 0,
        pods_touched=live.replicas if rolls and isinstance(live, LiveWorkload) else created,
        warnings=tuple(drafting.warnings),
    )


def _rolls_out(changes: Sequence[FieldChange]) -> bool:
    return any(change.path.startswith("/spec/template") for change in changes)


def _possible(drafting: _Drafting) -> str | None:
    differs = any("differs" in one for one in drafting.warnings)
    return "with existing: replace, which puts back what differs" if differs else None


def _order(one: ArchivedObject) -> tuple[int, str]:
    return ORDER.index(one.document["kind"]), one.document["metadata"]["name"]


def _place(target: TargetRef) -> tuple[Any, str, str]:
    return target.kind, target.namespace, target.name
