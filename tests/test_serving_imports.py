"""What a service on SQLite does without: each costs it megabytes for as long as it runs."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

UNUSED = {
    "hexaops.cli.commands": "all other commands",
    "asyncpg": "the driver of PostgreSQL, imported with its first engine",
    "pygments": "comes with rich",
    "rich": "draws on terminals: structlog and typer import it there",
    "structlog": "renders lines for terminals",
}
PROGRAM = """
import json, sys
import hexaops.cli.app, hexaops.cli.serving
print(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.timeout(300)  # a cold start on a machine that others use
def test_a_service_imports_nothing_that_it_does_not_use() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, check=True)
    assert UNUSED.keys() & json.loads(done.stdout) == set()
