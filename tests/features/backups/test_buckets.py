"""Backups in a bucket of a real S3 server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hexaops.features.backups.wiring import archives_of
from testenv.s3 import build, serving
from tests.features.backups.calls import WEB, Backups, mount_a_secret
from tests.living import living_world

pytestmark = pytest.mark.engines
SECRET = "BucketSecret7731xYz"


@pytest.fixture
async def backups(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Backups]:
    binary = build()
    if binary is None:
        pytest.skip("the S3 server cannot be built: Go is not installed")
    with serving(binary, "archives") as endpoint:
        settings = {
            "backup_bucket": "s3://archives/hexaops", "backup_s3_endpoint": endpoint, "backup_s3_access_key": "id",
            "backup_s3_secret_key": SECRET, "rate_limit_application": "30/minute",
        }  # fmt: skip
        async with living_world(sqlite_url, tmp_path, settings) as living:
            yield Backups(living, tmp_path / "backups")


async def test_a_backup_is_kept_in_the_bucket_and_restored_from_it(backups: Backups) -> None:
    mount_a_secret(backups.living)
    backup = await backups.run(WEB)
    assert backup["status"] == "completed", backup
    context = backups.living.access.context
    objects = archives_of(context).read(backup["backup_id"], backup["sha256"])
    assert len(objects) == backup["objects"]
    assert not backups.folder.exists()
    backups.living.cluster.store.delete("configmaps", "frontend", "web-settings")
    plan = (await backups.restore(backup["backup_id"]))["plan"]
    assert [one["object"] for one in plan["writes"]] == ["ConfigMap/frontend/web-settings"]
    done = await backups.operation((await backups.confirm(backup["backup_id"], plan))["operation_id"])
    assert done["status"] == "completed", done
    assert SECRET not in f"{backup}{plan}{done}"
