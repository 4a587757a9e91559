"""`credentials.json` in the home folder: where the service listens and what its first callers show."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FILE = "credentials.json"


def read_credentials(home: Path) -> dict[str, Any] | None:
    """The file's content, or None when there is none that can be read."""
    try:
        content = json.loads((home / FILE).read_text())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def write_credentials(home: Path, content: Mapping[str, Any]) -> Path:
    """Replace the file whole, readable by its owner only."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = home / f".{FILE}.{os.getpid()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(json.dumps(content, indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    path = home / FILE
    draft.replace(path)
    return path
