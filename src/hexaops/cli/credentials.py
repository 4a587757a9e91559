"""`credentials.json` in the home folder: the service's URL and first credentials."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FILE = "credentials.json"


def read_credentials(home: Path) -> dict[str, Any] | None:
    """The file's content, or None if it is missing or unreadable."""
    try:
        content = json.loads((home / FILE).read_text())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def write_credentials(home: Path, content: Mapping[str, Any]) -> Path:
    """Replace the file atomically; only the owner can read it."""
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
