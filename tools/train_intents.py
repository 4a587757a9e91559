"""Makes the ranker's weights from the utterances: `python -m tools.train_intents [--check]`.

`training/utterances/<voice>.jsonl` holds one author each, so what is printed is measured the hard way: each voice is
read by a model of the others. The temperature is fitted on the same readings; `--keep` measures nothing and keeps it.
`--check` only says whether the stored model was made from the examples as they are.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hexaops.assistant.understanding import EntityKind, Inventory, KnownEntity
from hexaops.assistant.understanding.features import BUCKETS, grams, weigh
from hexaops.assistant.understanding.inventory import NameIndex
from hexaops.assistant.understanding.items import read_items
from hexaops.assistant.understanding.normalise import clean, tokenize
from hexaops.assistant.understanding.ranker import MODEL, load, words_of

HERE = Path(__file__).parents[1]
UTTERANCES, WORLDS = HERE / "training" / "utterances", HERE / "training" / "worlds.json"
STORED = HERE / "src" / "hexaops" / "assistant" / "understanding" / MODEL
PENALTY = 2.0
"""C of the support vector machine."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """One utterance as the ranker sees it."""

    words: tuple[str, ...]
    label: str
    voice: str
    after: str = ""
    """The label of the message before, where the utterance carries on a conversation."""


def read_worlds() -> dict[str, NameIndex]:
    """The names that each voice speaks of."""
    raw = json.loads(WORLDS.read_text())
    return {name: read_world(world).index for name, world in raw.items()}


def read_world(world: dict[str, Any]) -> Inventory:
    """One of the worlds."""
    return Inventory(tuple(_entities(world)))


def _entities(world: dict[str, Any]) -> list[KnownEntity]:
    kinds: tuple[tuple[EntityKind, str], ...] = (
        ("project", "projects"), ("application", "applications"), ("node", "nodes"),
    )  # fmt: skip
    workloads: dict[str, str] = world.get("kinds", {})
    return [
        KnownEntity(f"{kind}:{name}", kind, name, workload_kind=workloads.get(name, ""))
        for kind, field in kinds
        for name in world[field]
    ]


def read_examples() -> list[Example]:
    """All utterances, names masked, in the order of the files; some once more as if said later in a conversation."""
    worlds = read_worlds()
    examples: list[Example] = []
    for path in sorted(UTTERANCES.glob("*.jsonl")):
        for line in path.read_text().splitlines():
            row = json.loads(line)
            words = tuple(_words(row["text"], worlds, path.stem))
            examples.append(Example(words, row["intent"], path.stem, row.get("after", "")))
    return [*examples, *_said_later(examples)]


def _said_later(examples: Sequence[Example]) -> list[Example]:
    """Every third whole utterance after any other label: what stands for itself means the same there."""
    labels = sorted({example.label for example in examples})
    later: list[Example] = []
    for example in examples:
        drawn = zlib.crc32("\t".join(example.words).encode())
        if not example.after and drawn % 3 == 0:
            later.append(replace(example, after=labels[drawn // 3 % len(labels)]))
    return later


def _words(text: str, worlds: dict[str, NameIndex], voice: str) -> list[str]:
    """The words, read against the world with the most of the names that the text holds."""
    lowered = text.lower()
    own = [name for name in worlds if voice.startswith(name)]
    world = own[0] if own else max(worlds, key=lambda name: sum(e.name in lowered for e in worlds[name].by_id.values()))
    return words_of(read_items(tokenize(clean(text)[0]), worlds[world]))


def digest(examples: Sequence[Example]) -> str:
    """SHA-256 of the examples: what the stored model must have been made from."""
    text = "\n".join(f"{example.after}\t{example.label}\t{' '.join(example.words)}" for example in examples)
    return hashlib.sha256(text.encode()).hexdigest()


class Vectors:
    """The examples as two sparse blocks, weighed by inverse document frequency and scaled to unit length."""

    def __init__(self, examples: Sequence[Example]) -> None:
        from scipy import sparse  # noqa: PLC0415 - a developer's library, not there at run time

        self._sparse = sparse
        counted = [[weigh(buckets) for buckets in grams(example.words, example.after)] for example in examples]
        self.blocks = [self._matrix([row[block] for row in counted]) for block in range(2)]

    def _matrix(self, rows: list[dict[int, float]]) -> Any:
        lengths = [len(row) for row in rows]
        columns = [bucket for row in rows for bucket in row]
        values = [value for row in rows for value in row.values()]
        pointers = np.concatenate([[0], np.cumsum(lengths)])
        return self._sparse.csr_matrix((values, columns, pointers), shape=(len(rows), BUCKETS))

    def idf(self, chosen: npt.NDArray[np.int64]) -> list[Floats]:
        """ln((1 + examples) / (1 + examples with the bucket)) + 1, for each block."""
        return [
            np.log((1 + len(chosen)) / (1 + np.bincount(block[chosen].indices, minlength=BUCKETS))) + 1
            for block in self.blocks
        ]

    def take(self, chosen: npt.NDArray[np.int64], idf: list[Floats]) -> Any:
        """The chosen rows."""
        total = None
        for block, weight in zip(self.blocks, idf, strict=True):
            scaled = block[chosen] @ self._sparse.diags(weight)
            length = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel())
            scaled = self._sparse.diags(1 / np.where(length > 0, length, 1)) @ scaled
            total = scaled if total is None else total + scaled
        return self._sparse.csr_matrix(total)


def fit(rows: Any, labels: Sequence[str]) -> Any:
    """The linear model of these rows."""
    from sklearn.svm import LinearSVC  # noqa: PLC0415 - a developer's library

    return LinearSVC(C=PENALTY, random_state=0).fit(rows, labels)


def read_by_others(vectors: Vectors, examples: Sequence[Example]) -> tuple[Floats, list[str], npt.NDArray[np.int64]]:
    """Decision values of each example by a model of the other voices, the labels, and the index of the right one."""
    labels = sorted({example.label for example in examples})
    place = {label: position for position, label in enumerate(labels)}
    values = np.full((len(examples), len(labels)), -2.0)
    voices = np.array([example.voice for example in examples])
    for voice in sorted(set(voices)):
        others, own = np.flatnonzero(voices != voice), np.flatnonzero(voices == voice)
        idf = vectors.idf(others)
        model = fit(vectors.take(others, idf), [examples[int(i)].label for i in others])
        columns = np.array([place[label] for label in model.classes_])
        values[np.ix_(own, columns)] = model.decision_function(vectors.take(own, idf))
        right = sum(labels[int(values[i].argmax())] == examples[int(i)].label for i in own)
        print(f"{voice}: {right / len(own):.3f} of {len(own)} by a model of the other voices")
    return values, labels, np.array([place[example.label] for example in examples])


def fit_temperature(values: Floats, right: npt.NDArray[np.int64]) -> float:
    """The temperature of the softmax with the smallest log loss."""
    return min((float(t) for t in np.arange(0.05, 1.0, 0.01)), key=lambda t: _loss(values / t, right))


def _loss(values: Floats, right: npt.NDArray[np.int64]) -> float:
    shifted = values - values.max(axis=1, keepdims=True)
    chances = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-chances[np.arange(len(right)), right].mean())


def calibration_error(chances: Floats, correct: npt.NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error (Guo et al. 2017): equal bins of confidence, weighed by their size."""
    place = np.minimum((chances * bins).astype(int), bins - 1)
    error = 0.0
    for one in range(bins):
        inside = place == one
        if inside.any():
            error += inside.mean() * abs(chances[inside].mean() - correct[inside].mean())
    return float(error)


def report(values: Floats, labels: list[str], right: npt.NDArray[np.int64], temperature: float) -> None:
    """Print how well each label is read by models of other voices."""
    chances = np.exp((values - values.max(axis=1, keepdims=True)) / temperature)
    chances /= chances.sum(axis=1, keepdims=True)
    best = chances.argmax(axis=1)
    print(f"all: {(best == right).mean():.3f}, temperature {temperature:.2f}", end=", ")
    print(f"calibration error {calibration_error(chances.max(axis=1), best == right):.3f}")
    for position, label in enumerate(labels):
        own = right == position
        taken = np.bincount(best[own & (best != right)], minlength=len(labels))
        worst = [f"{labels[i]} {taken[i]}" for i in np.argsort(-taken)[:3] if taken[i]]
        print(f"  {label:22} {(best[own] == position).mean():.2f} of {own.sum()}; taken for {', '.join(worst)}")


def store(vectors: Vectors, examples: Sequence[Example], temperature: float) -> None:
    """Fit all examples and write the file that the service reads."""
    everything = np.arange(len(examples))
    idf = vectors.idf(everything)
    rows = vectors.take(everything, idf)
    model = fit(rows, [example.label for example in examples])
    used = np.flatnonzero(np.bincount(rows.indices, minlength=BUCKETS))
    places = np.full(BUCKETS, -1, dtype=np.int32)
    places[used] = np.arange(len(used))
    weights = model.coef_[:, used].T
    scales = np.abs(weights).max(axis=0) / 127
    about = {"labels": [*model.classes_], "temperature": round(temperature, 2), "examples": digest(examples)}
    np.savez_compressed(
        STORED,
        rows=places,
        weights=np.round(weights / scales).astype(np.int8),
        scales=scales.astype(np.float32),
        bias=model.intercept_.astype(np.float32),
        idf=np.stack(idf)[:, used].astype(np.float16),
        about=np.frombuffer(json.dumps(about).encode(), dtype=np.uint8),
    )
    print(f"{STORED.name}: {len(used)} buckets, {len(model.classes_)} labels, {STORED.stat().st_size} bytes")


def main() -> int:
    """Train, measure and store; or check."""
    parser = argparse.ArgumentParser(prog="train_intents", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="only say whether the stored model is current")
    parser.add_argument("--keep", action="store_true", help="keep the temperature and measure nothing")
    arguments = parser.parse_args()
    examples = read_examples()
    if arguments.check:
        current = load().examples == digest(examples)
        print("current" if current else "the stored model was made from other examples: run this without --check")
        return 0 if current else 1
    vectors = Vectors(examples)
    if arguments.keep:
        store(vectors, examples, load().temperature)
        return 0
    values, labels, right = read_by_others(vectors, examples)
    temperature = fit_temperature(values, right)
    report(values, labels, right, temperature)
    store(vectors, examples, temperature)
    return 0


if __name__ == "__main__":
    sys.exit(main())
