"""Paths of fields in documents."""

from __future__ import annotations

import pytest

from hexaops.kit.paths import field_path


@pytest.mark.parametrize(
    ("parts", "path"),
    [((), ""), (("a",), "a"), (("a", "b"), "a.b"), (("a", 0, "b", 1, 2), "a[0].b[1][2]"), ((0, "a"), "[0].a")],
)
def test_positions_stand_in_brackets(parts: tuple[str | int, ...], path: str) -> None:
    assert field_path(parts) == path
