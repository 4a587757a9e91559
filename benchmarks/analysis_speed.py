"""CPU and memory of the analysis of 2,500 series of a week at one minute, and the quality of its changes of level."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.quality.outlook import print_outlook

TITLE = "analysis of many series: cost, and changes of level"


def run(_options: Sequence[str]) -> bool:
    """Print the figures; whether the bars are met."""
    return print_outlook()
