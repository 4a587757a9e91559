"""Where the level of a series changes; NaN is a missing point.

Long series are first reduced to medians of neighbouring points: a spike is no level, and a search over a thousand
blocks costs the same for a day and for a month. The place is then found to the point.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST_BLOCKS = 1000
LEAST_SEGMENT = 12
"""Points that a level lasts at least."""
LEAST_BLOCKS = 2
CHANGE_THRESHOLD = 5.0
"""In robust standard errors of the difference of two means; noise reaches it in about 1 of 100 series."""
MAD_TO_SIGMA = 1.4826
LONG = 8
"""Blocks over which noise is measured as well: neighbours that depend on each other do not average out."""
FEWEST_LONG = 12


def change_points(values: Floats) -> list[int]:
    """Binary segmentation (Scott and Knott, 1974) by a robust t-like statistic.

    The index is that of the first point of the new level.
    """
    at = np.flatnonzero(np.isfinite(values))
    known = values[at]
    size = max(1, len(known) // MOST_BLOCKS)
    blocks = _blocks(known, size)
    least = max(LEAST_BLOCKS, math.ceil(LEAST_SEGMENT / size))
    found: list[int] = []
    left = [(0, len(blocks))]
    while left:
        begin, end = left.pop()
        split = _best_split(blocks[begin:end], least)
        if split is not None:
            found.append(begin + split)
            left += [(begin, begin + split), (begin + split, end)]
    found.sort()
    if _is_slope(blocks, found):
        return []
    places = _refined(known, found, size) if size > 1 else found
    return [int(at[index]) for index in places]


def _blocks(known: Floats, size: int) -> Floats:
    if size == 1:
        return known
    whole = len(known) // size * size
    blocks: Floats = np.sort(known[:whole].reshape(-1, size), axis=1)
    return (blocks[:, (size - 1) // 2] + blocks[:, size // 2]) / 2


def _best_split(part: Floats, least: int) -> int | None:
    count = len(part)
    if count < 2 * least:
        return None
    sums = np.cumsum(part)
    index = np.arange(least, count - least + 1)
    before, after = sums[index - 1] / index, (sums[-1] - sums[index - 1]) / (count - index)
    floor = 1e-9 * (1.0 + float(np.abs(part).max()))
    error = max(_noise(part), floor) * np.sqrt(1 / index + 1 / (count - index))
    strength = np.abs(after - before) / error
    best = int(strength.argmax())
    return int(index[best]) if strength[best] > CHANGE_THRESHOLD else None


def _noise(part: Floats) -> float:
    """Standard deviation of a block, of what does not average out over several if that is more."""
    short = float(np.median(np.abs(np.diff(part))))
    whole = len(part) // LONG
    if whole < FEWEST_LONG:
        return MAD_TO_SIGMA * short / math.sqrt(2)
    means = part[-whole * LONG :].reshape(whole, LONG).mean(axis=1)
    long = float(np.median(np.abs(np.diff(means)))) * math.sqrt(LONG)
    return MAD_TO_SIGMA * max(short, long) / math.sqrt(2)


def _is_slope(blocks: Floats, splits: list[int]) -> bool:
    """Whether a straight line tells as much as the levels do, by Schwarz's criterion (1978)."""
    if not splits:
        return False
    clock = np.arange(len(blocks)) - (len(blocks) - 1) / 2
    off = blocks - blocks.mean()
    line = float(np.square(off - clock * (off @ clock) / (clock @ clock)).mean())
    levels = sum(float(np.square(part - part.mean()).sum()) for part in np.split(blocks, splits)) / len(blocks)
    least = 1e-18 * (1.0 + float(np.square(blocks).max()))
    more = (2 * len(splits) - 1) * math.log(len(blocks)) / len(blocks)
    return math.log(max(line, least)) <= math.log(max(levels, least)) + more


def _refined(known: Floats, splits: list[int], size: int) -> list[int]:
    """The point within the blocks beside each split at which both sides lie closest to their means."""
    edges = [0, *(split * size for split in splits), len(known)]
    found = []
    for before, split, after in zip(edges, edges[1:], edges[2:], strict=False):
        begin, end = max(before + 1, split - size), min(after - 1, split + size)
        left, right = float(np.median(known[before:split])), float(np.median(known[split:after]))
        # taking a point from the right to the left changes the total of squares by this
        gain = np.square(known[begin:end] - right) - np.square(known[begin:end] - left)
        found.append(begin + int(np.argmax(np.concatenate(([0.0], np.cumsum(gain))))))
    return found
