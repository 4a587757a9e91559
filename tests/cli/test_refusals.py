"""What a start refuses is one line that says what to do: no traceback, and no password."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hexaops.backends.kubernetes.clusters import Clusters
from hexaops.config import Settings
from hexaops.errors import HexaopsError
from hexaops.factory import ProcessContext
from hexaops.kit.clock import SystemClock
from hexaops.kit.keys import UnusableKeyError
from hexaops.logs import Redactor
from tests.cli.conftest import Run

KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: c
clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: u, user: {token: t}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
"""
PASSWORD = "geheim-7Q"


def no_database(home: Path) -> None:
    (home / "hexaops.db").write_text("hello, this is a letter and not a database\n" * 100)


def emptied(home: Path) -> None:
    (home / "hexaops.db").touch()


def damaged(home: Path) -> None:
    (home / "hexaops.db").write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)


def a_folder(home: Path) -> None:
    (home / "hexaops.db").mkdir()


def unknown_migration(home: Path) -> None:
    connection = sqlite3.connect(home / "hexaops.db")
    connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
    connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    connection.commit()
    connection.close()


def foreign_tables(home: Path) -> None:
    connection = sqlite3.connect(home / "hexaops.db")
    connection.execute("CREATE TABLE plans (other TEXT)")
    connection.commit()
    connection.close()


def bad_key(home: Path) -> None:
    (home / "secrets.key").write_text("not a key")


def nothing(_home: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("prepare", "url", "said"),
    [
        (no_database, None, "damaged: restore it from a backup"),
        (emptied, None, "empty: restore it from a backup"),
        (damaged, None, "damaged: restore it from a backup"),
        (a_folder, None, "unable to open database file"),
        (unknown_migration, None, "schema 9999, this version knows up to"),
        (foreign_tables, None, "tables that are not"),
        (bad_key, None, "32 bytes in base64"),
        (nothing, f"postgresql://u:{PASSWORD}@127.0.0.1:1/x", "does not answer: ConnectionRefusedError"),
        (nothing, "sqlite:////nowhere/at/all/x.db", "unable to open database file"),
    ],
)  # fmt: skip
async def test_a_start_that_is_refused(
    prepare: Callable[[Path], None], url: str | None, said: str, tmp_path: Path
) -> None:
    prepare(tmp_path)
    given: dict[str, Any] = {"database_url": url} if url else {}
    settings = Settings(home=tmp_path, local_issuer=True, **given)
    context = ProcessContext(settings, Clusters([], default_id="none"), SystemClock(), Redactor())
    with pytest.raises((HexaopsError, UnusableKeyError)) as refused:
        await context.open()
    await context.close()
    shown = str(getattr(refused.value, "message", refused.value))
    assert said in shown
    assert PASSWORD not in shown


@pytest.mark.parametrize("prepare", [no_database, emptied, damaged])
async def test_a_refused_start_leaves_the_file_as_it_is(prepare: Callable[[Path], None], tmp_path: Path) -> None:
    prepare(tmp_path)
    before = (tmp_path / "hexaops.db").read_bytes()
    context = ProcessContext(Settings(home=tmp_path), Clusters([], default_id="none"), SystemClock(), Redactor())
    with pytest.raises(HexaopsError):
        await context.open()
    await context.close()
    assert (tmp_path / "hexaops.db").read_bytes() == before


def test_it_is_one_line(tmp_path: Path, bare: Run) -> None:
    unknown_migration(tmp_path)
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(KUBECONFIG)
    refused = bare("serve", "--port", "0", "--home", str(tmp_path), "--kubeconfig", str(kubeconfig))
    assert refused.code == 1
    assert refused.err.splitlines()[-1].startswith("hexaops: The database has schema 9999")
    assert "Traceback" not in refused.err
