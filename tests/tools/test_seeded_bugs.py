"""Each suite fails on the bug that it is there to find."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.seeded_bugs import BUGS, Bug, copy_of_the_source, finding


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source in a folder of its own."""
    return copy_of_the_source(tmp_path_factory.mktemp("copy"))


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_a_suite_finds_its_bug(copied: Path, bug: Bug) -> None:
    assert finding(copied, bug) is not None
