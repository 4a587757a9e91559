"""The diagnosis on sets that were written before they were run: found, cause first, right fix, quiet controls.

`python -m benchmarks diagnosis_written -- sixth` prints one set and what it missed; without a name, every set.
"""

from __future__ import annotations

from collections.abc import Sequence

from testenv.diagnosis.judging import Verdict, judge
from testenv.diagnosis.written import SETS

TITLE = "diagnosis of sets written before they were run"
BARS = {"found": 0.98, "first": 0.90, "fix": 0.85, "quiet": 1.0}


def run(options: Sequence[str]) -> bool:
    """Print each set; whether the bars are met."""
    return min([_show(name) for name in [*options] or SETS])


def _show(name: str) -> bool:
    result = judge(name)
    print(f"{name}: {len(result.faults)} faults, {len(result.controls)} controls")
    for label, (count, of) in result.shares().items():
        bar = f"  (bar {BARS[label]:.0%})" if label in BARS else ""
        print(f"  {label:6} {count}/{of} = {count / max(1, of):.1%}{bar}")
    for one in result.faults:
        if not one.first or (one.case.fix and not one.fix):
            _miss("found" if one.found and not one.first else "fix" if one.first else "nothing", one)
    for one in result.controls:
        if not one.quiet:
            _miss("false", one)
    return all(count / max(1, of) >= BARS[label] for label, (count, of) in result.shares().items() if label in BARS)


def _miss(label: str, verdict: Verdict) -> None:
    print(f"    {label}: {verdict.case.name}")
    for one in verdict.findings[:3]:
        fix = one.fix.action if one.fix else "no fix"
        print(
            f"        {one.severity.name.lower()} {one.rule} {one.subject}: {one.finding} | {one.cause} [{fix}]"[:330]
        )
