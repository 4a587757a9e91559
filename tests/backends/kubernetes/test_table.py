"""The index of a table finds what a search through its rows finds, whatever was put, moved and removed."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from hexaops.backends.kubernetes.rows import PodRow
from hexaops.backends.kubernetes.table import Table
from tests.analysis.applications.rows import pod, workload

OWNERS = ("", "a", "b")
NAMES = ("one", "two", "three")
STEPS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(OWNERS) | st.none()), max_size=30)


def row(name: str, owner: str, version: int) -> PodRow:
    """A pod of this owner; "" for none."""
    made = pod(workload("shop", "web"))
    return msgspec.structs.replace(made, name=name, uid=name, owner_uid=owner, resource_version=str(version))


@given(STEPS)
def test_the_index_follows_every_change(steps: list[tuple[str, str | None]]) -> None:
    table = Table[PodRow]("Pod", lambda row: row.owner_uid)
    held: dict[str, PodRow] = {}
    for version, (name, owner) in enumerate(steps):
        if owner is None:
            table.remove("shop", name)
            held.pop(name, None)
        else:
            held[name] = row(name, owner, version)
            table.put(held[name])
        for key in OWNERS[1:]:
            found = sorted(table.keyed(key), key=lambda row: row.name)
            assert found == sorted((row for row in held.values() if row.owner_uid == key), key=lambda row: row.name)
        assert table.keyed("") == []
