"""Claims, volumes, classes and mounts."""

from __future__ import annotations

from testenv.diagnosis.case import fault, stuck
from testenv.diagnosis.objects import Raw, condition, make
from testenv.diagnosis.world import World, deploy, find_app, settle, unschedulable


def _pending(world: World, reason: str, message: str, **spec: object) -> Raw:
    claim = world.find("PersistentVolumeClaim", "data-db-0")
    claim["spec"].pop("volumeName", None)
    claim["spec"].update(spec)
    claim["status"] = {"phase": "Pending"}
    claim["metadata"]["creationTimestamp"] = "2026-03-10T11:30:00Z"
    world.remove(world.find("PersistentVolume", "pvc-data-db-0"))
    world.warn(claim, reason, message, source="persistentvolume-controller", count=20, first=28)
    db = find_app(world, "db")
    unschedulable(
        world,
        db.pods[0],
        "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    )
    settle(db)
    return claim


@fault("storage-class-missing", "PersistentVolumeClaim/data-db-0 StatefulSet/db", "fast-ssd|does not exist")
def storage_class_missing(world: World) -> None:
    _pending(
        world, "ProvisioningFailed", 'storageclass.storage.k8s.io "fast-ssd" not found', storageClassName="fast-ssd"
    )
    world.find("StatefulSet", "db")["spec"]["volumeClaimTemplates"][0]["spec"]["storageClassName"] = "fast-ssd"


@fault("no-default-storage-class", "PersistentVolumeClaim/data-db-0", "default|storage class")
def no_default_class(world: World) -> None:
    claim = _pending(
        world, "FailedBinding", "no persistent volumes available for this claim and no storage class is set"
    )
    claim["spec"].pop("storageClassName")
    world.find("StorageClass", "standard")["metadata"].pop("annotations")


@fault("provisioning-failed", "PersistentVolumeClaim/data-db-0", "UnauthorizedOperation|provision")
def provisioner_is_refused(world: World) -> None:
    _pending(
        world,
        "ProvisioningFailed",
        'failed to provision volume with StorageClass "standard": rpc error: code = Internal desc = Could not create volume '
        '"pvc-1": operation error EC2: CreateVolume, https response error StatusCode: 403, api error UnauthorizedOperation: You are not authorized to perform this operation.',
    )
    world.find("StorageClass", "standard")["volumeBindingMode"] = "Immediate"


@fault("provisioning-failed", "PersistentVolumeClaim/data-db-0", "ReadWriteMany|access mode")
def access_mode_unsupported(world: World) -> None:
    _pending(
        world,
        "ProvisioningFailed",
        'failed to provision volume with StorageClass "standard": rpc error: code = InvalidArgument desc = Volume capabilities not supported: '
        "only ReadWriteOnce is supported, got MULTI_NODE_MULTI_WRITER",
        accessModes=["ReadWriteMany"],
    )


@fault("provisioner-silent", "PersistentVolumeClaim/data-db-0 StorageClass/standard", "provisioner|ebs.csi.aws.com")
def provisioner_not_running(world: World) -> None:
    claim = _pending(
        world,
        "ExternalProvisioning",
        "Waiting for a volume to be created either by the external provisioner 'ebs.csi.aws.com' or manually by the system "
        "administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
    )
    for one in world.objects:
        if one["kind"] == "Event" and one["involvedObject"]["name"] == claim["metadata"]["name"]:
            one["type"] = "Normal"
    world.find("StorageClass", "standard")["volumeBindingMode"] = "Immediate"


@fault("claim-lost", "PersistentVolumeClaim/data-db-0", "lost|pvc-data-db-0")
def claim_lost(world: World) -> None:
    claim = world.find("PersistentVolumeClaim", "data-db-0")
    claim["status"] = {"phase": "Lost"}
    world.remove(world.find("PersistentVolume", "pvc-data-db-0"))
    world.warn(claim, "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!", at=30)


@fault("claim-missing", "Deployment/reports PersistentVolumeClaim/reports-data", "reports-data|does not exist")
def claim_missing(world: World) -> None:
    app = deploy(world, "reports", replicas=1, with_service=False)
    for spec in (app.template, app.pods[0]["spec"]):
        spec["volumes"] = [{"name": "d", "persistentVolumeClaim": {"claimName": "reports-data"}}]
    unschedulable(
        world,
        app.pods[0],
        '0/3 nodes are available: persistentvolumeclaim "reports-data" not found. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    )
    settle(app)


@fault("claim-unbound", "Deployment/reports PersistentVolumeClaim/reports-data", "reports-data|being deleted")
def claim_is_being_deleted(world: World) -> None:
    app = deploy(world, "reports", replicas=1, with_service=False)
    for spec in (app.template, app.pods[0]["spec"]):
        spec["volumes"] = [{"name": "d", "persistentVolumeClaim": {"claimName": "reports-data"}}]
    unschedulable(
        world,
        app.pods[0],
        '0/3 nodes are available: persistentvolumeclaim "reports-data" is being deleted. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    )
    settle(app)


@fault("claim-unbound", "StatefulSet/db PersistentVolumeClaim/data-db-0", "pv-data-db-0|does not exist")
def volume_of_a_claim_is_gone(world: World) -> None:
    db = find_app(world, "db")
    unschedulable(
        world,
        db.pods[0],
        '0/3 nodes are available: persistentvolumeclaim "data-db-0" bound to non-existent persistentvolume "pv-data-db-0". preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    )
    settle(db)


@fault("volume-attach", "StatefulSet/db", "multi-attach|another node")
def volume_attached_elsewhere(world: World) -> None:
    db = find_app(world, "db")
    stuck(
        world,
        db,
        "ContainerCreating",
        "",
        events=(
            (
                "FailedAttachVolume",
                'Multi-Attach error for volume "pvc-data-db-0" Volume is already exclusively attached to one node and can\'t be attached to another',
            ),
        ),
    )
    world.add(
        make(
            "VolumeAttachment",
            "csi-1",
            namespace=None,
            api="storage.k8s.io/v1",
            status={"attached": True},
            spec={
                "attacher": "ebs.csi.aws.com",
                "nodeName": "node-3",
                "source": {"persistentVolumeName": "pvc-data-db-0"},
            },
        )
    )


@fault("volume-mount", "Deployment/reports", "nfs|timed out")
def network_share_times_out(world: World) -> None:
    app = deploy(world, "reports", replicas=1, with_service=False)
    for spec in (app.template, app.pods[0]["spec"]):
        spec["volumes"] = [{"name": "share", "nfs": {"server": "10.9.9.9", "path": "/exports"}}]
    stuck(
        world,
        app,
        "ContainerCreating",
        "",
        events=(
            (
                "FailedMount",
                'MountVolume.SetUp failed for volume "share" : mount failed: exit status 32\nMounting command: mount\nMounting arguments: -t nfs 10.9.9.9:/exports\nOutput: mount.nfs: Connection timed out',
            ),
        ),
    )


@fault("volume-mount", "StatefulSet/db", "csi driver|ebs.csi.aws.com")
def csi_driver_not_registered(world: World) -> None:
    stuck(
        world,
        find_app(world, "db"),
        "ContainerCreating",
        "",
        events=(
            (
                "FailedMount",
                'MountVolume.MountDevice failed for volume "pvc-data-db-0" : kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: '
                "driver name ebs.csi.aws.com not found in the list of registered CSI drivers",
            ),
        ),
    )


@fault("claim-resize", "PersistentVolumeClaim/data-db-0", "resize|expand")
def claim_cannot_be_resized(world: World) -> None:
    claim = world.find("PersistentVolumeClaim", "data-db-0")
    claim["spec"]["resources"]["requests"]["storage"] = "50Gi"
    claim["status"]["conditions"] = [condition("Resizing", "True", since=60)]
    world.warn(
        claim,
        "VolumeResizeFailed",
        'resize volume "pvc-data-db-0" by resizer "ebs.csi.aws.com" failed: rpc error: code = Internal desc = VolumeModificationRateExceeded',
        first=60,
        at=2,
        count=12,
    )


@fault("volume-failed", "PersistentVolume/old-logs", "failed|reclaim")
def volume_failed(world: World) -> None:
    volume = world.add(
        make(
            "PersistentVolume",
            "old-logs",
            namespace=None,
            spec={
                "capacity": {"storage": "5Gi"},
                "persistentVolumeReclaimPolicy": "Recycle",
                "claimRef": {"kind": "PersistentVolumeClaim", "namespace": "shop", "name": "old"},
            },
            status={"phase": "Failed", "message": "No volume plugin matched"},
        )
    )
    world.warn(volume, "VolumeFailedRecycle", "No recycler plugin found for the volume!", at=40)


@fault("volume-released", "PersistentVolume/old-logs", "released")
def volume_released(world: World) -> None:
    world.add(
        make(
            "PersistentVolume",
            "old-logs",
            namespace=None,
            spec={
                "capacity": {"storage": "5Gi"},
                "persistentVolumeReclaimPolicy": "Retain",
                "claimRef": {"kind": "PersistentVolumeClaim", "namespace": "shop", "name": "old"},
            },
            status={"phase": "Released"},
        )
    )


@fault("default-storage-classes", "StorageClass/*", "default|gp3|standard")
def two_default_classes(world: World) -> None:
    world.add(
        make(
            "StorageClass",
            "gp3",
            namespace=None,
            api="storage.k8s.io/v1",
            provisioner="ebs.csi.aws.com",
            metadata={"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
        )
    )
