"""Claims, volumes and storage classes."""

from __future__ import annotations

from collections.abc import Iterator

from hexaops.analysis.diagnosis.model import Action, Evidence, FieldChange, Finding, Fix, Ref, Severity
from hexaops.analysis.diagnosis.objects import Obj, quantity, seconds, strings, text
from hexaops.analysis.diagnosis.rules.doing import workloads_doing
from hexaops.analysis.diagnosis.rules.making import quote
from hexaops.analysis.diagnosis.snapshot import Event, Snapshot

_DEFAULT = "storageclass.kubernetes.io/is-default-class"
PENDING_SECONDS = 120.0
RESIZE_SECONDS = 900.0


def _defaults(snapshot: Snapshot) -> list[Obj]:
    return [one for one in snapshot.of("StorageClass") if one.annotations.get(_DEFAULT) == "true"]


def _users(snapshot: Snapshot, claim: Obj) -> tuple[Ref, ...]:
    """Pods and workloads that use the claim."""
    found: list[Ref] = []
    for pod in snapshot.pods_in(claim.namespace):
        if any(text(one, "persistentVolumeClaim", "claimName") == claim.name for one in pod.items("spec", "volumes")):
            found += [snapshot.workload(pod).ref, pod.ref]
    return tuple(dict.fromkeys(found))


def claim_pending(snapshot: Snapshot) -> Iterator[Finding]:
    """A claim that finds no volume."""
    for one in snapshot.each("PersistentVolumeClaim"):
        if one.text("status", "phase") == "Pending" and snapshot.age(one.created) > PENDING_SECONDS:
            found = _pending(snapshot, one)
            if found:
                yield found


def _pending(snapshot: Snapshot, one: Obj) -> Finding | None:
    users = _users(snapshot, one)
    events = snapshot.events(one.ref)
    failed = next(
        (event for event in events if event.reason in {"ProvisioningFailed", "FailedBinding", "VolumeMismatch"}), None
    )
    name = one.get("spec", "storageClassName")
    found = (
        _claimed_before(snapshot, one)
        or _class_missing(snapshot, one, name, failed)
        or _no_class(snapshot, one, name, failed)
        or _not_provisioned(snapshot, one, failed, events)
    )
    if found is None:
        class_object = snapshot.find("StorageClass", "", str(name or ""))
        waits = class_object is not None and class_object.text("volumeBindingMode") == "WaitForFirstConsumer"
        if waits and not users:
            return None  # it is bound when a pod uses it
        found = _driver_removed(one, class_object) if class_object is not None else None
        if found is None and failed is None and (users or not waits):
            found = Finding(
                "claim-pending",
                one.ref,
                "the claim is Pending",
                "cannot tell: no event says why; the events of the claim and the provisioner's log would show it",
                Severity.HIGH,
            )
    if found is None:
        return None
    return found.with_evidence(Evidence("status", one.ref, "phase: Pending"), affected=(one.ref, *users))


def _driver_removed(one: Obj, class_object: Obj) -> Finding | None:
    provisioner = class_object.text("provisioner")
    instead = _REMOVED.get(provisioner)
    if instead is None:
        return None
    return Finding(
        "provisioner-removed",
        one.ref,
        "the claim is Pending",
        f"{provisioner}, the provisioner of StorageClass {class_object.name}, is a deprecated in-tree driver that was "
        f"removed from Kubernetes in favour of {instead}",
        Severity.HIGH,
        (Evidence("spec", class_object.ref, f"provisioner: {provisioner}"),),
        Fix(Action.CREATE, class_object.ref, f"Make a class of {instead}, and make the claim anew with it"),
    )


def _claimed_before(snapshot: Snapshot, one: Obj) -> Finding | None:
    """It names a volume that another claim has, or one had that is gone."""
    volume = snapshot.find("PersistentVolume", "", one.text("spec", "volumeName"))
    holder = volume.mapping("spec", "claimRef") if volume else {}
    uid, own = text(holder, "uid"), one.text("metadata", "uid")
    if volume is None or not uid or uid == own:
        return None
    whose = f"PersistentVolumeClaim {text(holder, 'namespace')}/{text(holder, 'name')}"
    phase = volume.text("status", "phase")
    gone = phase == "Released"
    cause = (
        f"its volume {volume.name} is {phase}: its claimRef still names the {whose} that had it and was deleted"
        if gone
        else f"its volume {volume.name} is bound to a different claim, {whose}"
    )
    fix = Fix.patched(
        volume.ref if gone else one.ref,
        "Let the volume be claimed again, once its data may be used" if gone else "Name another volume",
        (FieldChange("spec.claimRef" if gone else "spec.volumeName", whose if gone else volume.name, None),),
    )
    evidence = (Evidence("status", volume.ref, f"phase: {phase}"),)
    return Finding("volume-claimed", one.ref, "the claim is Pending", cause, Severity.HIGH, evidence, fix)


def _class_missing(snapshot: Snapshot, one: Obj, name: object, failed: Event | None) -> Finding | None:
    told = failed is not None and "storageclass" in failed.message and "not found" in failed.message
    if (
        not isinstance(name, str)
        or not name
        or not (told or snapshot.lacks("StorageClass", "", name))
        or snapshot.find("StorageClass", "", name)
    ):
        return None
    known = [item.name for item in snapshot.of("StorageClass")]
    missing = Ref("StorageClass", "", name)
    return Finding(
        "storage-class-missing",
        one.ref,
        "the claim is Pending",
        f"StorageClass {name} does not exist (there is {', '.join(known) or 'none'})",
        Severity.HIGH,
        (failed.evidence,) if failed else (),
        Fix(Action.CREATE, missing, f"Create StorageClass {name}, or make the claim anew with one that exists"),
        f"missing {missing}",
    )


def _no_class(snapshot: Snapshot, one: Obj, name: object, failed: Event | None) -> Finding | None:
    if name or _defaults(snapshot):
        return None
    classes = snapshot.of("StorageClass")
    fix = (
        Fix.patched(
            classes[0].ref,
            "Make a storage class the default",
            (FieldChange(f"metadata.annotations.{_DEFAULT}", None, "true"),),
        )
        if len(classes) == 1
        else Fix.patched(one.ref, "Name a storage class", (FieldChange("spec.storageClassName", None, None),))
    )
    cause = "it names no storage class, and no storage class is the default; no free volume matches it"
    return Finding(
        "no-default-storage-class",
        one.ref,
        "the claim is Pending",
        cause,
        Severity.HIGH,
        (failed.evidence,) if failed else (),
        fix,
    )


def _not_provisioned(snapshot: Snapshot, one: Obj, failed: Event | None, events: list[Event]) -> Finding | None:
    name = one.get("spec", "storageClassName")
    modes = ", ".join(strings(one.raw, "spec", "accessModes"))
    if failed is not None and not name:
        size = one.get("spec", "resources", "requests", "storage")
        return Finding(
            "no-volume",
            one.ref,
            "the claim is Pending",
            f"it names no storage class, and no persistent volume fits it ({size}, {modes}): {quote(failed.message)}",
            Severity.HIGH,
            (failed.evidence,),
            Fix(Action.CREATE, Ref("PersistentVolume", "", f"for-{one.name}"), "Create a volume that it can bind"),
        )
    if failed is not None:
        access = (
            "access mode"
            if "MULTI_NODE" in failed.message or "apabilit" in failed.message or "ccessMode" in failed.message
            else ""
        )
        hint = f" (its access mode is {modes})" if access else ""
        return Finding(
            "provisioning-failed",
            one.ref,
            "the claim is Pending",
            f"the provisioner of StorageClass {name} fails{hint}: {quote(failed.message[-280:])}",
            Severity.HIGH,
            (failed.evidence,),
        )
    waiting = next((event for event in events if event.reason == "ExternalProvisioning"), None)
    if waiting is not None:
        who = waiting.message.partition("external provisioner '")[2].partition("'")[0]
        return Finding(
            "provisioner-silent",
            one.ref,
            "the claim is Pending",
            f"the provisioner {who} does not answer: it does not seem to run",
            Severity.HIGH,
            (waiting.evidence,),
            key=f"provisioner-silent {who or one.ref}",
            symptom_of=workloads_doing(snapshot, "provisioner", who),
        )
    return None


def claim_lost(snapshot: Snapshot) -> Iterator[Finding]:
    """A claim whose volume is gone, with its data."""
    for one in snapshot.each("PersistentVolumeClaim"):
        if one.text("status", "phase") == "Lost":
            volume = one.text("spec", "volumeName")
            yield Finding(
                "claim-lost",
                one.ref,
                "the claim is Lost",
                f"its PersistentVolume {volume} does not exist any more; the data may be lost",
                Severity.CRITICAL,
                (
                    Evidence("status", one.ref, "phase: Lost"),
                    *[event.evidence for event in snapshot.events(one.ref, "ClaimLost")[:1]],
                ),
                affected=(one.ref, *_users(snapshot, one)),
            )


def claim_resize(snapshot: Snapshot) -> Iterator[Finding]:
    """A claim that cannot be enlarged."""
    for one in snapshot.each("PersistentVolumeClaim"):
        failed = snapshot.events(one.ref, "VolumeResizeFailed", "FileSystemResizeFailed", "ExternalExpanding")
        bad = [event for event in failed if event.warning]
        wanted, has = (
            quantity(one.get("spec", "resources", "requests", "storage")),
            quantity(one.get("status", "capacity", "storage")),
        )
        waiting = one.condition("FileSystemResizePending")
        if waiting.get("status") == "True" and not bad:
            since = seconds(text(waiting, "lastTransitionTime"))
            if snapshot.age(since) > RESIZE_SECONDS:
                yield _resize_pending(snapshot, one, text(waiting, "message"))
        if bad and wanted and has and wanted > has:
            cause = (
                f"the storage cannot expand it to {one.get('spec', 'resources', 'requests', 'storage')}: "
                f"{quote(bad[0].message[-250:])}"
            )
            yield Finding(
                "claim-resize",
                one.ref,
                "the claim cannot be resized",
                cause,
                Severity.MEDIUM,
                (bad[0].evidence,),
                affected=(one.ref, *_users(snapshot, one)),
            )


def _resize_pending(snapshot: Snapshot, one: Obj, said: str) -> Finding:
    users = _users(snapshot, one)
    above = next((ref for ref in users if ref.kind != "Pod"), users[0] if users else None)
    asked = one.get("spec", "resources", "requests", "storage")
    return Finding(
        "claim-resize",
        one.ref,
        "the claim is not resized yet",
        f"its volume was enlarged to {asked}, and the file system on it grows only when its pod is restarted "
        f"(FileSystemResizePending: {quote(said)})",
        Severity.MEDIUM,
        (Evidence("status", one.ref, f"FileSystemResizePending: {quote(said)}"),),
        Fix(Action.RESTART, above, f"Restart {above.name}, so that the file system is grown") if above else None,
        affected=(one.ref, *users),
    )


def volumes(snapshot: Snapshot) -> Iterator[Finding]:
    """Volumes that could not be reclaimed, or that nobody uses any more."""
    for one in snapshot.each("PersistentVolume"):
        phase = one.text("status", "phase")
        claim = one.text("spec", "claimRef", "name")
        if phase == "Failed":
            events = tuple(event.evidence for event in snapshot.events(one.ref, within=86400) if event.warning)[:1]
            cause = (
                f"its reclaim policy {one.text('spec', 'persistentVolumeReclaimPolicy')} could not be carried "
                f"out: {quote(one.text('status', 'message'))}"
            )
            yield Finding(
                "volume-failed",
                one.ref,
                "the volume is in phase Failed",
                cause,
                Severity.MEDIUM,
                (Evidence("status", one.ref, "phase: Failed"), *events),
            )
        elif phase == "Released":
            cause = (
                f"its claim {claim} was deleted and its reclaim policy is "
                f"{one.text('spec', 'persistentVolumeReclaimPolicy')}: released, it holds data and costs "
                f"until somebody removes it"
            )
            yield Finding(
                "volume-released",
                one.ref,
                "the volume is Released",
                cause,
                Severity.LOW,
                (Evidence("status", one.ref, "phase: Released"),),
                Fix(Action.DELETE, one.ref, "Delete the volume once its data is not needed"),
            )


def default_classes(snapshot: Snapshot) -> Iterator[Finding]:
    """More than one default class: the newest wins, which few expect."""
    found = _defaults(snapshot)
    if len(found) > 1:
        names = ", ".join(sorted(one.name for one in found))
        fix = Fix.patched(
            found[-1].ref, "Keep one default", (FieldChange(f"metadata.annotations.{_DEFAULT}", "true", "false"),)
        )
        yield Finding(
            "default-storage-classes",
            found[-1].ref,
            "claims without a class get one that few expect",
            f"{len(found)} storage classes are the default: {names}",
            Severity.LOW,
            tuple(Evidence("spec", one.ref, "default class") for one in found),
            fix,
        )


def removed_drivers(snapshot: Snapshot) -> Iterator[Finding]:
    """Storage classes of drivers that are no longer in Kubernetes: claims of them stay Pending."""
    for one in snapshot.each("StorageClass"):
        provisioner = one.text("provisioner")
        instead = _REMOVED.get(provisioner)
        if instead is None:
            continue
        yield Finding(
            "storage-class-deprecated",
            one.ref,
            "its driver is deprecated or gone",
            f"{provisioner} is an in-tree driver, removed from Kubernetes in favour of {instead}",
            Severity.LOW,
            (Evidence("spec", one.ref, f"provisioner: {provisioner}"),),
            Fix(Action.CREATE, one.ref, f"Make a class of {instead}, and move the claims"),
        )


_REMOVED = {
    "kubernetes.io/aws-ebs": "ebs.csi.aws.com",
    "kubernetes.io/azure-disk": "disk.csi.azure.com",
    "kubernetes.io/azure-file": "file.csi.azure.com",
    "kubernetes.io/cinder": "cinder.csi.openstack.org",
    "kubernetes.io/gce-pd": "pd.csi.storage.gke.io",
    "kubernetes.io/glusterfs": "another driver",
    "kubernetes.io/portworx-volume": "pxd.portworx.com",
    "kubernetes.io/rbd": "rbd.csi.ceph.com",
    "kubernetes.io/vsphere-volume": "csi.vsphere.vmware.com",
}
"""kubernetes.io/docs/concepts/storage/volumes: types of volumes that were removed or moved to CSI."""

RULES = (removed_drivers, claim_pending, claim_lost, claim_resize, volumes, default_classes)
