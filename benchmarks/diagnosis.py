"""The diagnosis on the published suite: faults found, cause first, controls without findings, time a case.

`--write` renews the table of confidences. The suite is ours and the rules were written with it in sight.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from hexaops.analysis.diagnosis import diagnose, read_snapshot
from testenv.diagnosis.scoring import Score, measured_shares, score
from testenv.diagnosis.suite import CONTROLS, FAULTS

TITLE = "diagnosis of the published suite of faults and healthy controls"
TABLE = Path("src/hexaops/analysis/diagnosis/confidence.py")
BARS = {"found": 0.98, "first": 0.90, "fix": 0.85}
CASE_MILLISECONDS = 20.0


def run(options: Sequence[str]) -> bool:
    """Print the table; whether the bars are met."""
    result = score()
    times = _times()
    print(f"faults {len(FAULTS)} in {len({case.rules[0] for case in FAULTS})} kinds, controls {len(CONTROLS)}")
    rows = (
        ("found (any finding on the right object)", result.found, BARS["found"]),
        ("right cause first", result.first, BARS["first"]),
        ("typed fix on the first", result.fix, BARS["fix"]),
    )
    for label, count, bar in rows:
        print(f"  {label:42} {count}/{len(FAULTS)} = {count / len(FAULTS):.1%}  (bar {bar:.0%})")
    print(f"  {'controls with a finding above low':42} {len(result.false)} {result.false[:5]}")
    print(
        f"  {'milliseconds a case, median / largest':42} {times[len(times) // 2]:.1f} / {times[-1]:.1f}  "
        f"(bar {CASE_MILLISECONDS:.0f})"
    )
    for name in result.missed:
        print(f"    missed: {name}")
    if "--write" in options:
        write_table(result)
    share = (result.found / len(FAULTS) >= BARS["found"], result.first / len(FAULTS) >= BARS["first"])
    return all(share) and not result.false and times[-1] <= CASE_MILLISECONDS


def _times() -> list[float]:
    found = []
    for case in (*FAULTS, *CONTROLS):
        snapshot = case.snapshot()
        began = time.process_time()
        diagnose(read_snapshot(snapshot))
        found.append((time.process_time() - began) * 1000)
    return sorted(found)


def write_table(result: Score) -> None:
    """Put the measured shares into the table."""
    rows = "".join(
        f'    "{rule}": Share({right}, {of}),\n' for rule, (right, of) in sorted(measured_shares(result).items())
    )
    text = TABLE.read_text(encoding="utf-8")
    head, _, rest = text.partition("MEASURED: dict[str, Share] = {")
    TABLE.write_text(f"{head}MEASURED: dict[str, Share] = {{\n{rows}}}{rest[rest.index('}') + 1 :]}", encoding="utf-8")
    print(f"wrote {TABLE}", file=sys.stderr)
