"""`python -m tools.mutation [GROUP…] [--sample 40] [--seconds 8]`: the share of mutants that a group's tests find.

Exit status 1 when a group is below the bar. Survivors are printed with their line.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools.mutation.session import Effort, MutationPlugin, Result

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "hexaops"
BAR = 0.9


@dataclass(frozen=True)
class Group:
    """Modules and the tests that must find their mutants."""

    modules: Sequence[str]
    tests: Sequence[str]
    anew: bool = False
    """Of values and functions only, some of which are made while importing."""


GROUPS = {
    "authorisation": Group(
        ("features/access/authorize.py", "features/access/gate.py", "features/access/caller.py",
         "features/access/principal.py", "features/access/tenancy.py", "features/access/permissions.py"),
        ("tests/features/access/test_caller.py", "tests/features/access/test_gate.py",
         "tests/features/access/test_peers.py", "tests/features/access/test_exactness.py"),
    ),
    "plans": Group(
        ("features/changes/plans.py", "features/changes/plan.py", "features/changes/confirmation.py"),
        ("tests/features/changes/test_plan.py", "tests/features/changes/test_binding.py"),
    ),
    "redaction": Group(
        ("kit/redaction/__init__.py", "kit/redaction/addresses.py", "kit/redaction/arguments.py",
         "kit/redaction/places.py", "kit/redaction/headers.py",
         "kit/redaction/looks.py", "kit/redaction/names.py", "kit/redaction/files.py", "kit/redaction/pairs.py",
         "kit/redaction/vendors.py", "kit/redaction/forms.py", "kit/redaction/commands.py",
         "kit/redaction/sentences.py", "kit/redaction/servers.py", "kit/redaction/tools.py",
         "kit/redaction/issued.py", "kit/redaction/needles.py", "kit/redaction/batches.py"),
        ("tests/kit/redaction",),
        anew=True,
    ),
    "idempotency": Group(
        ("features/access/idempotency.py", "features/access/idempotency_store.py"),
        ("tests/features/access/test_idempotency.py",),
    ),
}  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Test the groups one after the other; 1 when one is below the bar or its tests fail by themselves."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutation")
    parser.add_argument("groups", nargs="*", choices=[[], *GROUPS], metavar="GROUP", help=", ".join(GROUPS))
    parser.add_argument("--sample", type=int, help="test so many mutants of a group, chosen at random")
    parser.add_argument("--seed", type=int, default=1, help="of the choice")
    parser.add_argument("--seconds", type=float, help="run only the quickest tests of a mutant, which take so long")
    given = parser.parse_args(arguments)
    return max(_run(name, Effort(given.sample, given.seed, given.seconds)) for name in given.groups or GROUPS)


def _run(name: str, effort: Effort) -> int:
    group = GROUPS[name]
    plugin = MutationPlugin([SOURCE / module for module in group.modules], effort, group.anew)
    tests = [str(ROOT / test) for test in group.tests]
    pytest.main(["-q", "-p", "no:xdist", "-p", "no:cacheprovider", "-m", "not long", *tests], plugins=[plugin])
    if plugin.failed_without:
        print(f"{name}: tests fail without a mutant: {', '.join(plugin.failed_without)}")
        return 1
    return 0 if _report(name, plugin.results) >= BAR else 1


def _report(name: str, results: Sequence[Result]) -> float:
    total = sum(result.total for result in results)
    found = sum(result.killed + result.timed_out for result in results)
    for result in results:
        for mutant in result.untested:
            print(f"no test calls it: {mutant}")
    share = found / total if total else 1.0
    print(f"{name}: {found} of {total} mutants found, {share:.1%}")
    return share


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
