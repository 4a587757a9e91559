"""Both stores keep, replace, find and remove; a bucket is that of a real S3 server."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hexaops.backends.objects.folder import FolderStore
from hexaops.backends.objects.s3 import Bucket, BucketStore
from hexaops.backends.objects.store import ObjectStore, ObjectStoreError
from testenv.s3 import build, serving

SECRET = "BucketSecret7731xYz"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A real S3 server on loopback, with one bucket."""
    binary = build()
    if binary is None:
        pytest.skip("the S3 server cannot be built: Go is not installed")
    with serving(binary, "archives") as url:
        yield url


@pytest.fixture
def bucket(endpoint: str) -> Bucket:
    return Bucket(name="archives", prefix="hexaops/c1", endpoint=endpoint, access_key="id", secret_key=SECRET)


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.engines)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "folder":
        return FolderStore(tmp_path / "archives")
    bucket: Bucket = request.getfixturevalue("bucket")
    return BucketStore(bucket)


def test_what_was_put_is_there_until_it_is_removed(store: ObjectStore) -> None:
    assert not store.exists("backup-1.json.gz")
    store.put("backup-1.json.gz", b"first")
    store.put("backup-1.json.gz", b"second" * 100_000)
    assert store.exists("backup-1.json.gz")
    assert store.get("backup-1.json.gz") == b"second" * 100_000
    store.tidy("backup-1")
    assert store.exists("backup-1.json.gz")
    store.delete("backup-1.json.gz")
    store.delete("backup-1.json.gz")
    assert not store.exists("backup-1.json.gz")
    with pytest.raises(ObjectStoreError):
        store.get("backup-1.json.gz")


@pytest.mark.engines
def test_objects_lie_under_the_prefix(bucket: Bucket) -> None:
    BucketStore(bucket).put("a", b"x")
    assert BucketStore(replace(bucket, prefix="")).get("hexaops/c1/a") == b"x"


@pytest.mark.engines
@pytest.mark.parametrize("changed", [{"name": "absent"}, {"endpoint": "http://127.0.0.1:9"}])
def test_what_is_wrong_is_said_without_addresses_and_keys(bucket: Bucket, changed: dict[str, Any]) -> None:
    wrong = replace(bucket, retry_seconds=0.5, **changed)
    with pytest.raises(ObjectStoreError) as refused:
        BucketStore(wrong).put("a", b"x")
    text = str(refused.value)
    assert text.startswith("The bucket of archives cannot be used: ")
    assert SECRET not in text
    assert "127.0.0.1" not in text
    assert SECRET not in repr(wrong)


def test_a_folder_is_its_users_own_and_a_killed_write_is_tidied(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "archives")
    store.put("backup-1.json.gz", b"x")
    part = tmp_path / "archives" / "backup-1.0123456789abcdef.part"
    part.write_bytes(b"half")
    other = tmp_path / "archives" / "backup-2.0123456789abcdef.part"
    other.write_bytes(b"half")
    store.tidy("backup-1")
    assert (part.exists(), other.exists()) == (False, True)
    assert stat.S_IMODE((tmp_path / "archives" / "backup-1.json.gz").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "archives").stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_written_is_said_without_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ObjectStoreError) as refused:
        FolderStore(tmp_path / "file" / "archives").put("a", b"x")
    assert str(tmp_path) not in str(refused.value)
