"""Write a migration for what the tables have gained since the newest one.

python -m tools.migration "what changed"           a new revision
python -m tools.migration --initial                write 0001 anew (only before the first release)
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from hexaops.storage.migrate import MIGRATIONS


def write(message: str, *, initial: bool) -> Path:
    """Autogenerate against a database that the existing migrations made; returns the new file."""
    versions = MIGRATIONS / "versions"
    if initial:
        for old in versions.glob("*.py"):
            old.unlink()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with tempfile.TemporaryDirectory() as folder:
        engine = sa.create_engine(f"sqlite:///{folder}/empty.db")
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            number = len(ScriptDirectory.from_config(config).get_heads()) and len([*versions.glob("*.py")])
            revision = f"{number + 1:04d}"
            command.revision(config, message, autogenerate=True, rev_id=revision)
        engine.dispose()
    (written,) = versions.glob(f"{revision}_*.py")
    for step in (["format", "-q"], ["check", "--fix", "-q"], ["format", "-q"]):
        subprocess.run([Path(sys.executable).with_name("ruff"), *step, written], check=True)  # noqa: S603 # our own linter on our own file
    return written


if __name__ == "__main__":
    first = sys.argv[1:] == ["--initial"]
    if len(sys.argv) != 2 or (sys.argv[1].startswith("-") and not first):
        sys.exit(__doc__)
    print(write("the first tables" if first else sys.argv[1], initial=first))
