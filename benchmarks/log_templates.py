"""Log templates: how well they group and how fast, on eight sets of lines with known templates, beside drain3.

Grouping accuracy: the share of lines whose group holds exactly the lines of their true template (Zhu et al., ICSE-SEIP
2019). One configuration for all sets. Speed is lines per CPU second of one miner that reads all sets ten times over:
the first round learns, the others are the steady state of a service.
The sets are those of logpai/loghub (`SET/SET_2k.log_structured.csv`): research data, not shipped.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import Any

from hexaops.analysis.logs.miner import TemplateMiner

TITLE = "templates of log messages: grouping accuracy and lines/s"
BATCH = 1000
"""Messages at once, as the store hands them over."""
DATA = Path("../shared/data/loghub")
LEAST_ACCURACY, LEAST_RATE = 0.88, 200_000
ROUNDS = 10

Grouping = Callable[[Sequence[str]], list[Hashable]]


def run(options: Sequence[str]) -> bool:
    """Print the table; whether the bars were met."""
    parser = argparse.ArgumentParser(prog="log_templates")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the labelled sets")
    folder = parser.parse_args(options).data
    sets = {file.parent.name: read_set(file) for file in sorted(folder.glob("*/*_structured.csv"))}
    if not sets:
        print(f"skipped: no labelled sets in {folder} (--data FOLDER)")
        return True
    ways: dict[str, Grouping] = {"hexaops": ours}
    if importlib.util.find_spec("drain3"):
        ways["drain3"] = drain
    else:
        print("drain3 is not installed (pip install drain3): without the peer")
    print(f"{'set':12}" + "".join(f"{name:>10}" for name in ways))
    scores: dict[str, list[float]] = {name: [] for name in ways}
    for name, (messages, truth) in sets.items():
        for way, group in ways.items():
            scores[way].append(accuracy(group(messages), truth))
        print(f"{name:12}" + "".join(f"{scores[way][-1]:10.3f}" for way in ways))
    means = {way: sum(found) / len(found) for way, found in scores.items()}
    print(f"{'average':12}" + "".join(f"{means[way]:10.3f}" for way in ways))
    every = [message for messages, _ in sets.values() for message in messages]
    rates = {way: rate(group, every) for way, group in ways.items()}
    print(f"{'lines/s CPU':12}" + "".join(f"{rates[way]:10,.0f}" for way in ways))
    return means["hexaops"] >= LEAST_ACCURACY and rates["hexaops"] >= LEAST_RATE


def read_set(file: Path) -> tuple[list[str], list[str]]:
    """Messages and the names of their true templates."""
    with file.open(encoding="utf-8", errors="replace", newline="") as source:
        rows = list(csv.DictReader(source))
    return [row["Content"] for row in rows], [row["EventId"] for row in rows]


def accuracy(groups: Sequence[Hashable], truth: Sequence[str]) -> float:
    """Share of lines in groups that are exactly one true template's lines."""
    found, wanted = _members(groups), {frozenset(lines) for lines in _members(truth).values()}
    return sum(len(lines) for lines in found.values() if frozenset(lines) in wanted) / len(truth)


def _members(groups: Sequence[Hashable]) -> dict[Hashable, list[int]]:
    members: dict[Hashable, list[int]] = defaultdict(list)
    for number, group in enumerate(groups):
        members[group].append(number)
    return members


def ours(messages: Sequence[str]) -> list[Hashable]:
    """The template each message has in the end."""
    miner = TemplateMiner()
    numbers: list[int] = []
    for start in range(0, len(messages), BATCH):
        batch = messages[start : start + BATCH]
        numbers += miner.assign_all(["ws"] * len(batch), batch)
    return [miner.canonical(number) for number in numbers]


def drain(messages: Sequence[str]) -> list[Hashable]:
    """drain3 with its default configuration."""
    import drain3  # noqa: PLC0415 # an optional peer

    logging.getLogger("drain3").setLevel(logging.ERROR)
    miner: Any = drain3.TemplateMiner()
    return [miner.add_log_message(message)["cluster_id"] for message in messages]


def rate(group: Grouping, messages: list[str]) -> float:
    """Lines per CPU second."""
    started = time.process_time()
    group(messages * ROUNDS)
    return len(messages) * ROUNDS / (time.process_time() - started)
