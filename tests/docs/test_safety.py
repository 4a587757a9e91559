"""The tests that docs/safety.md names exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[\w/]+(?:\.py)?)?(?:::(\w+))?`")


def test_every_test_that_is_named_exists() -> None:
    missing, file, seen = [], "", 0
    for path, name in NAMED.findall((ROOT / "docs" / "safety.md").read_text()):
        file = path or file
        if not path and not name:
            continue
        seen += 1
        found = (ROOT / file).exists() and (not name or f"def {name}(" in (ROOT / file).read_text())
        missing += [] if found else [f"{file}::{name}"]
    assert missing == []
    assert seen > 40
