"""Anomalies, forecasts and sizes on NAB, root causes on PetShop: one configuration, each beside a simple baseline.

`--data FOLDER` names the folder with `NAB/` and `petshop/` (default `../shared/data`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.quality import nab, petshop
from benchmarks.quality.demand import print_demand
from hexaops.analysis.anomalies.novelty import NoveltyDetector, novelty

TITLE = "anomalies (NAB) and root causes (PetShop) on public data"
DEFAULT = Path("../shared/data")
NAB_BAR = 65.0
FIRST_BAR, THREE_BAR = 0.60, 0.80


def run(options: Sequence[str]) -> bool:
    """Print the figures; whether the bars are met. Data that is not there is said and not counted."""
    folder = Path(options[options.index("--data") + 1]) if "--data" in options else DEFAULT
    met = True
    for name, measured in (("NAB", _nab), ("petshop", _petshop)):
        if (folder / name).is_dir():
            met = measured(folder / name) and met
        else:
            print(f"{name}: skipped, {folder / name} is not there")
    return met


def _nab(folder: Path) -> bool:
    corpus = nab.load(folder)
    groups = ", ".join(sorted({series.name.partition("/")[0] for series in corpus}))
    print(f"NAB: {len(corpus)} series ({groups}), {sum(len(one.windows) for one in corpus)} windows")
    results = {
        "novelty": nab.measure(corpus, novelty),
        "moving z-score (baseline)": nab.measure(corpus, nab.moving_z_score),
    }
    for label, result in results.items():
        shown = "  ".join(
            f"{profile} {score:5.1f} (threshold {threshold:.3g})" for profile, (score, threshold) in result.items()
        )
        print(f"  {label:28} {shown}")
    print(f"  an update takes {_microseconds(corpus):.1f} µs of CPU, best of 5 stretches (bar 20)")
    demand = print_demand(corpus)
    return results["novelty"]["standard"][0] >= NAB_BAR and demand


def _microseconds(corpus: list[nab.Series]) -> float:
    values = corpus[-1].values.tolist()
    detector = NoveltyDetector()
    for value in values[:2500]:
        detector.update(value)
    best = float("inf")
    for begin in list(range(2500, len(values) - 250, 250))[:5]:
        began = time.process_time()
        for value in values[begin : begin + 250]:
            detector.update(value)
        best = min(best, (time.process_time() - began) / 250)
    return best * 1e6


def _petshop(folder: Path) -> bool:
    issues = petshop.load(folder)
    print(f"PetShop: {len(issues)} issues")
    results = {"own excess by call graph": petshop.ours, "largest deviation (baseline)": petshop.largest_deviation}
    shares = {label: petshop.measure(issues, rank) for label, rank in results.items()}
    for label, (first, three) in shares.items():
        print(f"  {label:28} top-1 {first:.2f}  top-3 {three:.2f}")
    first, three = shares["own excess by call graph"]
    return first >= FIRST_BAR and three >= THREE_BAR
