"""What volumes hold: a text for each, so that a backup can be compared with what was restored from it.

It stands in an annotation of the volume and of a snapshot's content, as `kubectl` can show and the state file keeps it.
"""

from __future__ import annotations

from simulator.store import Object, Store
from simulator.world.objects import annotations_of, with_metadata

CLAIMS, VOLUMES = "persistentvolumeclaims", "persistentvolumes"
SNAPSHOTS = "volumesnapshots.snapshot.storage.k8s.io"
SNAPSHOT_CONTENTS = "volumesnapshotcontents.snapshot.storage.k8s.io"
ANNOTATION = "simulator.hexaops.dev/contents"


def contents_of(obj: Object) -> str:
    """What a volume, or a snapshot's content, holds; "" when it is empty."""
    return annotations_of(obj).get(ANNOTATION, "")


def holding(obj: Object, text: str) -> Object:
    """The object with these contents."""
    return with_metadata(obj, annotations={**annotations_of(obj), ANNOTATION: text})


def find_volume(store: Store, namespace: str, claim: str) -> Object | None:
    """The volume that a claim is bound to, or None."""
    found = store.find(CLAIMS, namespace, claim)
    name = ((found or {}).get("spec") or {}).get("volumeName", "")
    return store.find(VOLUMES, "", name) if name else None


def read_contents(store: Store, namespace: str, claim: str) -> str | None:
    """What a claim's volume holds; None while it has none."""
    volume = find_volume(store, namespace, claim)
    return None if volume is None else contents_of(volume)


def write_contents(store: Store, namespace: str, claim: str, text: str) -> None:
    """Let somebody write into a claim's volume, which must be bound."""
    volume = find_volume(store, namespace, claim)
    assert volume is not None, f"{namespace}/{claim} is not bound"
    store.update(VOLUMES, holding(volume, text))
