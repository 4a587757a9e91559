"""Contents of volumes: backed up by Velero where the cluster has it, else by one VolumeSnapshot for each claim.

Both are objects that are created as every write to a cluster is (`changes/writes`): recorded first, once, audited. What
cannot be taken is named with its reason and does not fail the backup of the manifests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from hexaops.analysis.diagnosis.objects import mapping, text
from hexaops.backends.kubernetes.client import KubernetesClient
from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.backends.kubernetes.errors import (
    KubernetesForbiddenError,
    KubernetesInvalidError,
    KubernetesNotFoundError,
)
from hexaops.backends.kubernetes.kinds import KINDS
from hexaops.config import Settings
from hexaops.features.backups.collecting import Source
from hexaops.features.changes.writes import NOT_APPLIED, GuardedWriter, NumberedWrite, undoing
from hexaops.features.runs.work import Found, Run
from hexaops.kit.clock import Clock
from hexaops.kit.text import plain
from hexaops.kit.timeout import Timeout
from hexaops.runbooks.model import Call, Fields, TargetRef, Write, Written
from hexaops.storage.tables import BackupRow, WriteIntentRow

SNAPSHOT_VOLUMES = "snapshot_volumes"
SNAPSHOT, VELERO_BACKUP = KINDS["VolumeSnapshot"], KINDS["Backup"]
MANAGED = {"app.kubernetes.io/managed-by": "hexaops"}
LOOK_SECONDS = 0.5
TEXT_LIMIT = 300
VELERO_WRITE = 0
"""Number of the write to Velero; those of snapshots follow."""
LONGEST_CLAIM = 200
REFUSED = (KubernetesForbiddenError, KubernetesInvalidError, KubernetesNotFoundError)


class VolumeBackups(Struct, frozen=True):
    """One for the process."""

    clusters: Clusters
    writer: GuardedWriter
    settings: Settings
    clock: Clock

    async def take(self, run: Run, backup: BackupRow, source: Source, claims: Sequence[str]) -> Found:
        """Back the contents of the claims up; `volumes` says where each is, `missing` why another is not."""
        reader = self.clusters.get(source.cluster_id).reader
        groups = await reader.api_groups()
        limit = Timeout(self.settings.backup_volumes_seconds, self.clock)
        if not claims or not {VELERO_BACKUP.group, SNAPSHOT.group} & groups:
            return _found({}, {})
        if VELERO_BACKUP.group in groups:
            found = await self._by_velero(run, backup, source, claims, limit)
            if found["volumes"] or SNAPSHOT.group not in groups:
                return found
        writes = {one: snapshot_of(backup.id, source.namespace, one) for one in claims}
        return await self._by_snapshots(run, reader, writes, limit)

    async def _by_snapshots(
        self, run: Run, reader: KubernetesClient, writes: Mapping[str, Write], limit: Timeout
    ) -> Found:
        """Ask for all of them, then wait for each; `writes` by claim."""
        volumes, missing = dict[str, Fields](), dict[str, str]()
        for number, (claim, write) in enumerate(writes.items(), start=1):
            if why := await self._create(run, number, write):
                missing[claim] = why
        for number, (claim, write) in enumerate(writes.items(), start=1):
            if claim in missing:
                continue
            await run.note(f"waiting for the snapshot of {claim}")
            status, why = await self._until(run, reader, write.target, limit, _snapshot_ended)
            if why:
                missing[claim] = why
                await self._undo(run, number, write)
            else:
                volumes[claim] = {"snapshot": write.target.name, "size": plain(text(status, "restoreSize"), TEXT_LIMIT)}
        return _found(volumes, missing)

    async def discard(self, run: Run) -> None:
        """Delete the snapshots that the backup made. What Velero keeps ends with its own time to live."""
        for number, record in (await snapshots_made(self.writer, run.operation.id)).items():
            metadata = record.call["body"]["metadata"]
            await self._undo(run, number, _creating(SNAPSHOT.name, metadata["namespace"], record.call["body"]))

    async def _by_velero(
        self, run: Run, backup: BackupRow, source: Source, claims: Sequence[str], limit: Timeout
    ) -> Found:
        reader = self.clusters.get(source.cluster_id).reader
        workload = await reader.get(source.kind, source.namespace, source.name)
        write = self._velero_backup(backup, source, mapping(workload, "spec", "selector"))
        why = await self._create(run, VELERO_WRITE, write)
        if not why:
            await run.note("waiting for Velero")
            _, why = await self._until(run, reader, write.target, limit, _velero_ended)
        if why:
            return _found({}, dict.fromkeys(claims, why))
        place = {"velero": write.target.name, "namespace": write.target.namespace}
        return _found(dict.fromkeys(claims, place), {})

    def _velero_backup(self, backup: BackupRow, source: Source, selector: Mapping[str, Any]) -> Write:
        """Pods by the workload's selector: Velero takes the claims and volumes that they mount along."""
        namespace = self.settings.velero_namespace
        hours = max(1, round((backup.expires_at - backup.started_at).total_seconds() / 3600))
        spec = {"includedNamespaces": [source.namespace], "labelSelector": dict(selector), "ttl": f"{hours}h0m0s"}
        return _creating(VELERO_BACKUP.name, namespace, {"metadata": {"name": backup.id}, "spec": spec})

    async def _create(self, run: Run, number: int, write: Write) -> str:
        """Why the cluster did not take it; "" when it did."""
        try:
            await self.writer.write(run.operation, NumberedWrite(number, "apply", write))
        except REFUSED as error:
            return f"contents not included: {plain(error.message, TEXT_LIMIT)}"
        return ""

    async def _undo(self, run: Run, number: int, write: Write) -> None:
        live = await self.writer.read(run.operation.cluster_id, write.target)
        if live is not None:
            await self.writer.write(run.operation, undoing(number, write, Written(uid=live.target.uid)))

    async def _until(
        self, run: Run, reader: KubernetesClient, target: TargetRef, limit: Timeout, ended: Any
    ) -> tuple[Mapping[str, Any], str]:
        """Its status once it is done, and why it failed."""
        while True:
            await run.check()
            try:
                found = await reader.get(target.kind, target.namespace, target.name)
            except KubernetesNotFoundError:
                return {}, f"contents not included: {target.kind} {target.name} was deleted"
            status = mapping(found, "status")
            done, why = ended(status)
            if done or limit.expired:
                late = "" if done else f"{target.kind} {target.name} was not done in time"
                problem = why or late
                return status, f"contents not included: {plain(problem, TEXT_LIMIT)}" if problem else ""
            await self.clock.sleep(LOOK_SECONDS)


async def snapshots_made(writer: GuardedWriter, backup_id: str) -> dict[int, WriteIntentRow]:
    """What was recorded of the snapshots that a backup may have made, by the number of their write."""
    found = await writer.intents(backup_id, "apply")
    return {
        number: record
        for number, record in sorted(found.items())
        if record.outcome != NOT_APPLIED and record.call["body"].get("kind") == SNAPSHOT.name
    }


def snapshot_of(backup_id: str, namespace: str, claim: str) -> Write:
    """The creation of a claim's snapshot, under a name that a second attempt gives it too."""
    labels = {**MANAGED, "hexaops.dev/backup": backup_id}
    metadata = {"name": f"{claim[:LONGEST_CLAIM]}-{backup_id}", "labels": labels}
    body = {"metadata": metadata, "spec": {"source": {"persistentVolumeClaimName": claim}}}
    return _creating(SNAPSHOT.name, namespace, body)


def _creating(kind: str, namespace: str, body: Fields) -> Write:
    known, metadata = KINDS[kind], {"labels": dict(MANAGED), **body["metadata"], "namespace": namespace}
    whole = {"apiVersion": known.api_version, "kind": known.name, **body, "metadata": metadata}
    target = TargetRef(kind=kind, namespace=namespace, name=metadata["name"])
    return Write(target=target, call=Call(verb="create", body=whole), undo=Call(verb="delete"))


def _snapshot_ended(status: Mapping[str, Any]) -> tuple[bool, str]:
    """An error may pass, as the driver tries again; it is the reason when the time is over."""
    return status.get("readyToUse") is True, "" if status.get("readyToUse") else text(status, "error", "message")


def _velero_ended(status: Mapping[str, Any]) -> tuple[bool, str]:
    phase = text(status, "phase")
    if phase == "Completed":
        return True, ""
    failed = phase in {"Failed", "PartiallyFailed", "FailedValidation"}
    return failed, f"Velero's backup ended as {phase}" if failed else ""


def _found(volumes: Mapping[str, Fields], missing: Mapping[str, str]) -> Found:
    shown = {f"PersistentVolumeClaim/{claim}": why for claim, why in missing.items()}
    return {"volumes": dict(volumes), "missing": shown, "details": {"volumes": dict(volumes)}}
