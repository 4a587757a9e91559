"""OpenSearch: one node of the published jars, which Maven resolves once."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from testenv.logengines.serving import free_port, running

VERSION = "2.19.6"
HERE = Path(__file__).resolve().parent / "opensearch_node"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"


def install() -> Path | None:
    """The folder of jars; None where Java or Maven is missing or the jars cannot be had."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hexaops" / "opensearch"
    folder = cache / f"jars-{VERSION}"
    if shutil.which("java") is None:
        return None
    if folder.exists():
        return folder
    if shutil.which("mvn") is None:
        return None
    cache.mkdir(parents=True, exist_ok=True)
    partial = cache / f".jars.{os.getpid()}"
    command = ["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), COPY, f"-DoutputDirectory={partial}",
               "-DincludeScope=runtime"]  # fmt: skip
    if subprocess.run(command, capture_output=True, check=False).returncode:
        return None
    partial.rename(folder)
    return folder


@contextmanager
def serving(jars: Path, folder: Path) -> Iterator[str]:
    """The address of a node on an empty folder."""
    port = free_port()
    command = ["java", "-Xmx512m", "-cp", f"{jars}/*", str(HERE / "SearchNode.java"), str(folder), str(port)]
    with running(command, f"http://127.0.0.1:{port}/", seconds=180):
        yield f"http://127.0.0.1:{port}"
