"""Makes the weights of `understanding/asked.py`: `python -m tools.train_asked [--check]`.

`training/changes/<set>.jsonl` holds one author's requests and sentences near a change each; the utterances of
`training/utterances` join them, those like a change as requests. What is printed is measured on each set by a model of
the others; `LEAST` was chosen there. `--check` only says whether the stored model was made from these examples.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hexaops.assistant.understanding import Dialogue, Inventory
from hexaops.assistant.understanding.acts import VERB_OF, acts_of
from hexaops.assistant.understanding.asked import BUCKETS, MODEL, Frame, features, load
from hexaops.assistant.understanding.commands import in_words
from hexaops.assistant.understanding.evidence import nearest, propose
from hexaops.assistant.understanding.frame import read_frame
from hexaops.assistant.understanding.intents import Mode
from hexaops.assistant.understanding.items import Item, read_items
from hexaops.assistant.understanding.normalise import clean, tokenize
from hexaops.assistant.understanding.ranker import Ranking, rank
from hexaops.assistant.understanding.setting import Setting
from hexaops.assistant.understanding.speech import Act
from hexaops.assistant.understanding.understand import read_clauses, spoken_modes
from hexaops.assistant.understanding.vetoes import obstacles
from tools.train_intents import STORED as RANKER
from tools.train_intents import UTTERANCES, WORLDS, read_world

CHANGES = UTTERANCES.parent / "changes"
STORED = RANKER.with_name(MODEL)
PENALTY, WEIGHT = 10.0, 20.0
"""C of the logistic regression; how many utterances a sentence near a change is worth."""
LEAST = 0.75
"""Log odds from which on a change is planned."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """A message, whether a change is asked for, and whose it is."""

    text: str
    world: str
    asked: bool
    source: str


def read_examples() -> list[Example]:
    """All examples, in the order of the files."""
    found: list[Example] = []
    for path in sorted(CHANGES.glob("*.jsonl")):
        for line in path.read_text().splitlines():
            row = json.loads(line)
            asked = row["right"] != "none" and row["right"]["intent"] in VERB_OF
            found.append(Example(row["text"], row["world"], asked, path.stem))
    names = {world: raw["applications"] for world, raw in json.loads(WORLDS.read_text()).items()}
    for path in sorted(UTTERANCES.glob("*.jsonl")):
        for line in path.read_text().splitlines():
            row, world = json.loads(line), path.stem
            if "after" in row:
                continue
            if world not in names:
                world = max(names, key=lambda one: sum(name in row["text"].lower() for name in names[one]))
            found.append(Example(row["text"], world, row["intent"] in VERB_OF, f"utterances {path.stem}"))
    return found


def digest(examples: Sequence[Example]) -> str:
    """SHA-256 of the examples."""
    text = "\n".join(f"{one.asked}\t{one.world}\t{one.text}" for one in examples)
    return hashlib.sha256(text.encode()).hexdigest()


def frame_of(example: Example, inventory: Inventory) -> tuple[Frame, bool]:
    """The frame that the message is judged by, and whether it is one that a plan could come from."""
    items = tuple(read_items(tokenize(in_words(clean(example.text)[0])), inventory.index))
    whole = rank(items)
    setting = Setting(inventory.index, Dialogue(), whole=whole)
    modes = spoken_modes(read_clauses(items, setting))
    proposal = nearest(items, whole, setting, modes)
    if proposal is None:
        return _nearest(items, whole), False
    return proposal.frame, propose(items, whole, setting, modes) is not None


def _nearest(items: tuple[Item, ...], whole: Ranking) -> Frame:
    """The frame with the fewest words left over, of the change that the words are most like."""
    label, against = max(VERB_OF, key=whole.of), obstacles(items, 0, len(items))
    frames = [
        Frame(items, 0, len(items), act.verb, act.at, frozenset(read_frame(items, act.verb, act.at).left), against)
        for act in acts_of(items, label) or [Act(Mode.REQUEST, VERB_OF[label])]
    ]
    return min(frames, key=lambda frame: len(frame.left))


def rows_of(frames: Sequence[Frame]) -> Any:
    """The features as a sparse matrix."""
    from scipy import sparse  # noqa: PLC0415 - a developer's library, not there at run time

    found = [features(frame) for frame in frames]
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


def by_others(rows: Any, examples: Sequence[Example]) -> dict[str, Floats]:
    """For each set its examples' log odds by a model of all others; utterances of the same author are left out, too."""
    sources = np.array([one.source for one in examples])
    found = {}
    for name in sorted({one for one in sources if not one.startswith("utterances")}):
        others = np.flatnonzero((sources != name) & (sources != f"utterances {name}"))
        own = np.flatnonzero(sources == name)
        found[name] = fit(rows[others], [examples[int(i)] for i in others]).decision_function(rows[own])
    return found


def store(rows: Any, examples: Sequence[Example]) -> None:
    """Fit all examples and write the file that the service reads."""
    model = fit(rows, examples)
    scale = float(np.abs(model.coef_).max()) / 127
    about = {"scale": scale, "bias": float(model.intercept_[0]), "least": LEAST, "examples": digest(examples)}
    np.savez_compressed(
        STORED,
        weights=np.round(model.coef_[0] / scale).astype(np.int8),
        about=np.frombuffer(json.dumps(about).encode(), dtype=np.uint8),
    )
    print(f"{STORED.name}: {int((model.coef_ != 0).sum())} buckets, {STORED.stat().st_size} bytes")


def main() -> int:
    """Train, measure and store; or check."""
    parser = argparse.ArgumentParser(prog="train_asked", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="only say whether the stored model is current")
    arguments = parser.parse_args()
    examples = read_examples()
    if arguments.check:
        current = load().examples == digest(examples)
        print("current" if current else "the stored model was made from other examples: run this without --check")
        return 0 if current else 1
    worlds = {name: read_world(world) for name, world in json.loads(WORLDS.read_text()).items()}
    framed = [frame_of(example, worlds[example.world]) for example in examples]
    rows = rows_of([frame for frame, _ in framed])
    for name, odds in by_others(rows, examples).items():
        own = [place for place, one in enumerate(examples) if one.source == name]
        for asked in (True, False):
            judged = [odds[p] for p, i in enumerate(own) if examples[i].asked is asked and framed[i][1]]
            taken = sum(value >= LEAST for value in judged)
            print(f"{name}: {'asked for' if asked else 'not asked for'}: {taken} of {len(judged)} proposals taken")
    store(rows, examples)
    return 0


if __name__ == "__main__":
    sys.exit(main())
