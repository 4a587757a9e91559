"""The diagnosis on faults injected into a simulated cluster: each scenario with several seeds, and healthy controls.

`python -m benchmarks injected_faults -- --seeds 5` plays all of them; `--part 1/4` a quarter.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from testenv.injected.playing import Outcome, Scenario, play
from testenv.injected.scenarios import CONTROLS, SCENARIOS

TITLE = "diagnosis of faults injected into the simulated cluster"
BARS = {"found": 0.98, "first": 0.90, "fix": 0.85, "quiet": 1.0}


def run(options: Sequence[str]) -> bool:
    """Play the scenarios, print the shares and what was missed; whether the bars are met."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--part", default="1/1", help="such as 1/4: the first quarter of the scenarios")
    given = parser.parse_args(options)
    part, parts = map(int, given.part.split("/"))
    chosen = (*SCENARIOS, *CONTROLS)[part - 1 :: parts]
    played = [(one, [play(one, seed) for seed in range(1, given.seeds + 1)]) for one in chosen]
    faults = [done for one, outcomes in played if one.about for done in outcomes]
    controls = [done for one, outcomes in played if not one.about for done in outcomes]
    mendable = [done for done in faults if done.scenario.fix]
    counts = {
        "found": (sum(bool(one.grave) for one in faults), len(faults)),
        "first": (sum(one.first for one in faults), len(faults)),
        "fix": (sum(one.mended for one in mendable), len(mendable)),
        "quiet": (sum(not one.grave for one in controls), len(controls)),
    }
    print(f"{sum(bool(one.about) for one in chosen)} scenarios, {sum(not one.about for one in chosen)} controls")
    for name, (count, of) in counts.items():
        print(f"  {name:6} {count}/{of} = {count / max(1, of):.1%}  (bar {BARS[name]:.0%})")
    for one, outcomes in played:
        _show_missed(one, outcomes)
    return all(count >= BARS[name] * of for name, (count, of) in counts.items())


def _show_missed(one: Scenario, outcomes: list[Outcome]) -> None:
    missed = [done for done in outcomes if (not done.first if one.about else done.grave)]
    missed += [done for done in outcomes if one.fix and done.first and not done.mended]
    if missed:
        print(f"    {one.name}: {len(missed)} of {len(outcomes)}")
        for finding in missed[0].grave[:2]:
            fix = finding.fix.action if finding.fix else "no fix"
            print(f"        {finding.rule} {finding.subject}: {finding.finding} | {finding.cause} [{fix}]"[:300])
