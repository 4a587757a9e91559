"""The mutants of a module: one change each, outside of annotations, docstrings and the words of messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.mutation.mutants import Mutant, find_mutants
from tools.seeded_bugs import BUGS, ROOT, Bug

SOURCE = '''
"""A module."""
LIMIT = 3

class Lane:
    """A class."""

    def enter(self, taken: int = 1) -> bool:
        """Whether there is a place."""
        if taken < 2 and not self.closed:
            raise ValueError(f"{1 + 1} is too many")
        return taken == 0

async def wait(lane: "Lane") -> None:
    await lane.turn()
'''


@pytest.fixture
def mutants(tmp_path: Path) -> list[Mutant]:
    path = tmp_path / "lane.py"
    path.write_text(SOURCE)
    return find_mutants(path)


def test_every_place_is_changed_once(mutants: list[Mutant]) -> None:
    assert [f"{one.function}: {one.before} -> {one.after}" for one in mutants] == [
        "Lane.enter: if taken < 2 and (not self.closed): -> if True:",
        "Lane.enter: if taken < 2 and (not self.closed): -> if False:",
        "Lane.enter: taken < 2 and (not self.closed) -> taken < 2 or not self.closed",
        "Lane.enter: not self.closed -> self.closed",
        "Lane.enter: taken < 2 -> taken <= 2",
        "Lane.enter: 2 -> 3",
        "Lane.enter: raise ValueError(f'{1 + 1} is too many') -> pass",
        "Lane.enter: return taken == 0 -> return None",
        "Lane.enter: taken == 0 -> taken != 0",
        "Lane.enter: 0 -> 1",
        "wait: await lane.turn() -> pass",
    ]


def test_the_code_of_a_mutant_has_the_change_and_nothing_else(mutants: list[Mutant]) -> None:
    class Lane:
        closed = True

        def enter(self, taken: int) -> bool:
            raise NotImplementedError

    for mutant in mutants[7:10]:
        Lane.enter.__code__ = mutant.code()
        assert Lane().enter(0) in {None, False}, mutant


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_a_seeded_bug_is_an_edit_of_the_source_as_it_is(bug: Bug) -> None:
    assert (ROOT / "src" / "hexaops" / bug.path).read_text().count(bug.right) == 1
    assert bug.wrong != bug.right
    assert all((ROOT / part).exists() for part in bug.suite.split())
