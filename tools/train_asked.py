"""Makes the weights of `understanding/asked.py`: `python -m tools.train_asked [--check]`.

`training/changes/<set>.jsonl` holds one author's requests and sentences near a change each; the utterances of
`training/utterances` join them, those like a change as requests. What is printed is measured on each set by a model of
the others; `LEAST` was chosen there. The wider model learns from `training/heard`, too. `--check` only says whether the
stored models were made from these examples.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hexaops.assistant.understanding import Dialogue, Inventory
from hexaops.assistant.understanding.acts import VERB_OF
from hexaops.assistant.understanding.asked import BUCKETS, MODEL, WIDER, Frame, features, load
from hexaops.assistant.understanding.commands import in_words
from hexaops.assistant.understanding.courtesies import without_courtesies
from hexaops.assistant.understanding.evidence import is_free, judged_frame
from hexaops.assistant.understanding.gist import proposed
from hexaops.assistant.understanding.items import read_items
from hexaops.assistant.understanding.normalise import clean, tokenize
from hexaops.assistant.understanding.novelty import KNOWN, Novelty, bit_of, pairs_of
from hexaops.assistant.understanding.ranker import rank, words_of
from hexaops.assistant.understanding.setting import Setting
from hexaops.assistant.understanding.understand import read_clauses, spoken_modes
from tools.train_intents import STORED as RANKER
from tools.train_intents import UTTERANCES, WORLDS, read_world

CHANGES, HEARD = UTTERANCES.parent / "changes", UTTERANCES.parent / "heard"
STORED, STORED_WIDER = RANKER.with_name(MODEL), RANKER.with_name(WIDER)
PENALTY, WEIGHT = 10.0, 20.0
"""C of the logistic regression; how many utterances a sentence near a change is worth."""
LEAST, WHOLE, SURE, CERTAIN = 1.5, 2.0, 0.5, 3.0
"""Log odds from which on evidence makes a request, a request with a new pair of words is planned, and one outweighs a
doubt: of the two sentences of an author apart that only a doubt forbids and that ask for nothing, one reached the last
(what "tells has" forbids). It was chosen on such scores, each author left out in turn, not on whole plans."""
ASKED = frozenset({*VERB_OF, "rollback_app", "update_config", "configure_autoscaling", "update_quota"})

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """A message, whether a change is asked for, and whose it is."""

    text: str
    world: str
    asked: bool
    source: str

    @property
    def author(self) -> str:
        """Whose it is, whatever it was written for."""
        return self.source.removeprefix("utterances ").removeprefix("follow_")


def read_examples() -> list[Example]:
    """The examples of the first model, in the order of the files."""
    return [*_read_changes(CHANGES), *_read_utterances()]


def read_further_examples() -> list[Example]:
    """What only the wider model learns from."""
    return list(_read_changes(HEARD))


def _read_changes(folder: Path) -> Iterator[Example]:
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text().splitlines():
            row = json.loads(line)
            if row["right"] == "ask":
                continue  # neither asked for nor not
            asked = row["right"] != "none" and row["right"]["intent"] in ASKED
            yield Example(row["text"], row["world"], asked, path.stem)


def _read_utterances() -> Iterator[Example]:
    names = {world: raw["applications"] for world, raw in json.loads(WORLDS.read_text()).items()}
    for path in sorted(UTTERANCES.glob("*.jsonl")):
        for line in path.read_text().splitlines():
            row, world = json.loads(line), path.stem
            lowered = row["text"].lower()
            if world not in names:
                world = max(names, key=lambda one: sum(name in lowered for name in names[one]))
            if "after" in row and not any(name in lowered for name in names[world]):
                continue  # what only carries on a conversation is not judged by its words
            yield Example(row["text"], world, row["intent"] in ASKED, f"utterances {path.stem}")


def digest(examples: Sequence[Example]) -> str:
    """SHA-256 of the examples."""
    text = "\n".join(f"{one.asked}\t{one.world}\t{one.text}" for one in examples)
    return hashlib.sha256(text.encode()).hexdigest()


def frame_of(example: Example, inventory: Inventory) -> tuple[Frame, bool]:
    """The frame that the message is judged by, and whether it is one that a plan could come from."""
    items = tuple(read_items(tokenize(in_words(without_courtesies(clean(example.text)[0]))), inventory.index))
    whole = rank(items)
    setting = Setting(inventory.index, Dialogue(), whole=whole)
    modes = spoken_modes(read_clauses(items, setting))
    proposal = proposed(items, whole, setting, modes)
    return judged_frame(items, whole, proposal), is_free(proposal)


class Known:
    """In how many requests of which author each pair of words and each word stands."""

    def __init__(self, examples: Sequence[Example], frames: Sequence[Frame]) -> None:
        self.all: Counter[str] = Counter()
        self.of: dict[str, Counter[str]] = {one.author: Counter() for one in examples}
        for one, frame in zip(examples, frames, strict=True):
            if one.asked:
                words = words_of(frame.items)
                said = {*pairs_of(words), *words}
                self.all.update(said)
                self.of[one.author].update(said)

    def novelty(self, frame: Frame, *without: str) -> Novelty:
        """How new the words are to the requests of all authors but these."""
        own, words = [self.of[name] for name in {*without} if name in self.of], words_of(frame.items)

        def count(grams: set[str]) -> int:
            return sum(self.all[gram] <= sum(counted[gram] for counted in own) for gram in grams)

        return Novelty(count(pairs_of(words)), count({*words}), len(words))

    def bits(self) -> npt.NDArray[np.uint8]:
        """All of them, a bit each."""
        found = np.zeros(KNOWN, dtype=np.uint8)
        found[[bit_of(gram) for gram in self.all]] = 1
        return np.packbits(found, bitorder="little")


def rows_of(frames: Sequence[Frame], new: Sequence[Novelty]) -> Any:
    """The features as a sparse matrix."""
    from scipy import sparse  # noqa: PLC0415 - a developer's library, not there at run time

    found = [features(frame, how_new) for frame, how_new in zip(frames, new, strict=True)]
    columns = [bucket for row in found for bucket in row]
    values = [value for row in found for value in row.values()]
    pointers = np.concatenate([[0], np.cumsum([len(row) for row in found])])
    return sparse.csr_matrix((values, columns, pointers), shape=(len(found), BUCKETS))


def fit(rows: Any, examples: Sequence[Example]) -> Any:
    """The model of these examples."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - a developer's library

    weights = [1.0 if one.source.startswith("utterances") else WEIGHT for one in examples]
    model = LogisticRegression(C=PENALTY / WEIGHT, solver="liblinear", max_iter=500, random_state=0)
    return model.fit(rows, [one.asked for one in examples], sample_weight=weights)


def without(
    examples: Sequence[Example], frames: Sequence[Frame], known: Known, author: str
) -> tuple[Floats, list[Novelty]]:
    """Log odds and novelty of an author's sentences near a change, by a model that knows nothing of this author."""
    new = [known.novelty(frame, one.author, author) for one, frame in zip(examples, frames, strict=True)]
    others = [place for place, one in enumerate(examples) if one.author != author]
    own = [place for place, one in enumerate(examples) if one.source == author]
    model = fit(rows_of([frames[i] for i in others], [new[i] for i in others]), [examples[i] for i in others])
    return model.decision_function(rows_of([frames[i] for i in own], [new[i] for i in own])), [new[i] for i in own]


def store(path: Path, examples: Sequence[Example], frames: Sequence[Frame], known: Known) -> None:
    """Fit all examples and write the file that the service reads."""
    new = [known.novelty(frame, one.author) for one, frame in zip(examples, frames, strict=True)]
    model = fit(rows_of(frames, new), examples)
    scale = float(np.abs(model.coef_).max()) / 127
    about: dict[str, float | str] = {"scale": scale, "bias": float(model.intercept_[0]), "least": LEAST, "whole": WHOLE}
    about |= {"sure": SURE, "certain": CERTAIN}
    about["examples"] = digest(examples)
    np.savez_compressed(
        path,
        weights=np.round(model.coef_[0] / scale).astype(np.int8),
        known=known.bits(),
        about=np.frombuffer(json.dumps(about).encode(), dtype=np.uint8),
    )
    print(f"{path.name}: {int((model.coef_ != 0).sum())} buckets, {path.stat().st_size} bytes")


def main() -> int:
    """Train, measure and store; or check."""
    parser = argparse.ArgumentParser(prog="train_asked", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="only say whether the stored models are current")
    parser.add_argument("--store", action="store_true", help="measure nothing, only make the stored models")
    arguments = parser.parse_args()
    examples, further = read_examples(), read_further_examples()
    if arguments.check:
        current = load().examples == digest(examples) and load(WIDER).examples == digest([*examples, *further])
        print("current" if current else "a stored model was made from other examples: run this without --check")
        return 0 if current else 1
    worlds = {name: read_world(world) for name, world in json.loads(WORLDS.read_text()).items()}
    framed = [frame_of(example, worlds[example.world]) for example in examples]
    frames = [frame for frame, _ in framed]
    known = Known(examples, frames)
    authors = sorted({one.source for one in examples if not one.source.startswith("utterances")})
    for author in () if arguments.store else authors:
        odds, new = without(examples, frames, known, author)
        own = [place for place, one in enumerate(examples) if one.source == author]
        for asked in (True, False):
            judged = [place for place, i in enumerate(own) if examples[i].asked is asked]
            taken = [odds[p] >= LEAST for p in judged if framed[own[p]][1]]
            planned = sum(not new[p].pairs or odds[p] >= SURE for p in judged)
            print(f"{author}: {'asked for' if asked else 'not asked for'}: ", end="")
            print(f"{sum(taken)} of {len(taken)} proposals taken, {planned} of {len(judged)} may be planned")
    store(STORED, examples, frames, known)
    frames += [frame_of(example, worlds[example.world])[0] for example in further]
    store(STORED_WIDER, [*examples, *further], frames, known)
    return 0


if __name__ == "__main__":
    sys.exit(main())
