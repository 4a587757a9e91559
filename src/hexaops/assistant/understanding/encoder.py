"""A small transformer that hears what a whole message asks for: numpy only, weights of `tools/train_encoder.py`.

Four layers of a sentence encoder (BERT's architecture: Devlin et al. 2018, arXiv:1810.04805), fine-tuned on requests,
on sentences near a change and on questions. It says how likely each kind of change is asked for now, and of each name
and number of the message what it is to that change. Matrices are kept as int8 with one scale a column and widened one
at a time, so that the model takes 12 MB.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from threadpoolctl import threadpool_limits

from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.ranker import stored_arrays

MODEL = "encoder.npz"
LONGEST = 96
"""Pieces of a message that are read; the rest is not."""
ROLES = ("other", "target", "replicas", "more", "fewer", "times", "part", "min", "max", "cpu", "key", "value")
"""What a name, a number or a word is to the change: `part` is a factor below one; a `key` is a variable, a `value` what
it, the image or a limit of a quota is to be."""
MARKERS = {
    "application": "server", "project": "project", "node": "node", "workspace": "cluster", "unknown": "thing",
    "assignment": "setting", "image": "image", "variable": "variable", "version": "version",
}  # fmt: skip
"""What stands for names and codes, and the ordinary word that each was first like."""
MARK = "\0"
"""Begins a marker; no message has it (`clean`)."""
SAME = 3
"""Names of one kind that are told apart in a message; all further ones are like the last."""
_CODES = {"zzassignment": "assignment", "zzimage_ref": "image", "zzvariable": "variable", "zzversion_ref": "version"}
_PIECES = re.compile(r"[a-z]+|[0-9]+|\S")
_EPSILON = 1e-12
Floats = npt.NDArray[np.float32]


class Matrix(Struct, frozen=True):
    """A linear map in steps of int8: `weights` (in, out), `scale` and `bias` (out)."""

    weights: npt.NDArray[np.int8]
    scale: Floats
    bias: Floats

    def of(self, rows: Floats, wide: Floats) -> Floats:
        """The map of each row; `wide` has room for the weights as float32, so that no call asks for memory anew."""
        weights = wide[: self.weights.size].reshape(self.weights.shape)
        np.copyto(weights, self.weights)
        mapped: Floats = (rows @ weights) * self.scale + self.bias
        return mapped


class Layer(Struct, frozen=True):
    """One layer: attention and two dense maps, each with its normalisation (gain and shift)."""

    attend: Matrix
    """Queries, keys and values side by side."""
    gather: Matrix
    widen: Matrix
    narrow: Matrix
    norms: Floats


class Encoder(Struct, frozen=True):
    """All weights, and the pieces of words that it knows."""

    pieces: dict[str, int]
    embedding: npt.NDArray[np.int8]
    steps: Floats
    """Size of one step of `embedding`, for each piece."""
    places: Floats
    norm: Floats
    layers: tuple[Layer, ...]
    heads: int
    kinds: Matrix
    roles: Matrix
    labels: tuple[str, ...]
    """Kinds of change, "none" first."""
    examples: str
    """SHA-256 of what it was made from."""


class Heard(Struct, frozen=True):
    """What the encoder makes of a message."""

    label: str
    """The likeliest change, asked for or not."""
    margin: float
    """Natural logarithm of how many times likelier it is that this is asked for than that nothing is."""
    roles: tuple[tuple[str, float], ...]
    """For each item its likeliest role, and how likely that is."""


def hear(items: Sequence[Item]) -> Heard:
    """The likeliest change, and the role of each item in it."""
    return listen(load(), items)


def listen(model: Encoder, items: Sequence[Item]) -> Heard:
    """What this model makes of the items."""
    codes, starts = pieces_of(model.pieces, marked(items))
    wide = np.empty(max(layer.widen.weights.size for layer in model.layers), dtype=np.float32)
    states = _states(model, codes, wide)
    pooled = np.concatenate([states[0], states.mean(axis=0)])[None]
    kinds = _log_softmax(model.kinds.of(pooled, wide))[0]
    best = 1 + int(kinds[1:].argmax())
    roles = np.exp(_log_softmax(model.roles.of(states[starts], wide)))
    found = tuple((ROLES[int(row.argmax())], float(row.max())) for row in roles)
    return Heard(model.labels[best], float(kinds[best] - kinds[0]), found)


def marked(items: Sequence[Item]) -> list[str]:
    """The words as the encoder sees them: a marker for a name or a code, the text of everything else."""
    words: list[str] = []
    seen: dict[str, list[str]] = {}
    for item in items:
        kind, name = _marker(item)
        if not kind:
            words.append(item.text)
            continue
        names = seen.setdefault(kind, [])
        if name not in names:
            names.append(name)
        words.append(f"{MARK}{kind}{min(names.index(name) + 1, SAME)}")
    return words


def _marker(item: Item) -> tuple[str, str]:
    if item.mention is not None:
        entity = item.mention.candidates[0].entity
        kind = "application" if entity.kind == "pod" else entity.kind
        return (kind if kind in MARKERS else "unknown"), entity.id
    if item.word in _CODES:
        return _CODES[item.word], item.text
    return ("unknown", item.text) if item.is_unknown and item.looks_like_name else ("", "")


def pieces_of(known: dict[str, int], words: Sequence[str]) -> tuple[list[int], list[int]]:
    """The codes of the pieces, and where those of each word begin (word pieces, longest first)."""
    codes, starts = [known["[CLS]"]], []
    for word in words:
        starts.append(min(len(codes), LONGEST - 2))
        codes += [known[word]] if word[:1] == MARK else _cut(known, word)
    return [*codes[: LONGEST - 1], known["[SEP]"]], starts


def _cut(known: dict[str, int], word: str) -> list[int]:
    plain = "".join(c for c in unicodedata.normalize("NFD", word.lower()) if unicodedata.category(c) != "Mn")
    codes: list[int] = []
    for run in _PIECES.findall(plain):
        codes += _longest_first(known, run)
    return codes or [known["[UNK]"]]


def _longest_first(known: dict[str, int], run: str) -> list[int]:
    codes: list[int] = []
    start = 0
    while start < len(run):
        prefix = "##" if start else ""
        end = next((end for end in range(len(run), start, -1) if prefix + run[start:end] in known), 0)
        if not end:
            return [known["[UNK]"]]
        codes.append(known[prefix + run[start:end]])
        start = end
    return codes


def _states(model: Encoder, codes: list[int], wide: Floats) -> Floats:
    rows = model.embedding[codes].astype(np.float32) * model.steps[codes][:, None] + model.places[: len(codes)]
    rows = _normed(rows, model.norm)
    for layer in model.layers:
        attended = _attended(layer.attend.of(rows, wide), model.heads)
        rows = _normed(rows + layer.gather.of(attended, wide), layer.norms[:2])
        rows = _normed(rows + layer.narrow.of(_gelu(layer.widen.of(rows, wide)), wide), layer.norms[2:])
    return rows


def _attended(projected: Floats, heads: int) -> Floats:
    count, width = projected.shape[0], projected.shape[1] // 3
    queries, keys, values = projected.reshape(count, 3, heads, width // heads).transpose(1, 2, 0, 3)
    shares = np.exp(_log_softmax(queries @ keys.transpose(0, 2, 1) / np.float32(np.sqrt(width // heads))))
    joined: Floats = (shares @ values).transpose(1, 0, 2).reshape(count, width)
    return joined


def _gelu(rows: Floats) -> Floats:
    """The Gaussian error linear unit in its tanh form (Hendrycks and Gimpel 2016, arXiv:1606.08415)."""
    smooth: Floats = (
        0.5 * rows * (1 + np.tanh(np.float32(0.7978845608) * (rows + np.float32(0.044715) * rows * rows * rows)))
    )
    return smooth


def _normed(rows: Floats, gain_and_shift: Floats) -> Floats:
    centred = rows - rows.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=1, keepdims=True) + np.float32(_EPSILON))
    normed: Floats = centred / spread * gain_and_shift[0] + gain_and_shift[1]
    return normed


def _log_softmax(rows: Floats) -> Floats:
    shifted = rows - rows.max(axis=-1, keepdims=True)
    logs: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return logs


@cache
def load() -> Encoder:
    """The stored model. BLAS is kept to one thread: several would wait for each other longer than they multiply."""
    threadpool_limits(limits=1, user_api="blas")
    return unpack(stored_arrays(MODEL))


def unpack(stored: dict[str, Any]) -> Encoder:
    """The model of the arrays as they are stored."""
    about = json.loads(bytes(stored["about"]).decode())
    pieces = bytes(stored["pieces"]).decode().split("\n")

    def matrix(name: str) -> Matrix:
        return Matrix(stored[f"{name}.weights"], stored[f"{name}.scale"], stored[f"{name}.bias"])

    def layer(place: int) -> Layer:
        attend, gather = matrix(f"{place}.attend"), matrix(f"{place}.gather")
        return Layer(attend, gather, matrix(f"{place}.widen"), matrix(f"{place}.narrow"), stored[f"{place}.norms"])

    layers = tuple(layer(place) for place in range(about["layers"]))
    return Encoder(
        {piece: code for code, piece in enumerate(pieces)}, stored["embedding"], stored["steps"], stored["places"],
        stored["norm"], layers, about["heads"], matrix("kinds"), matrix("roles"), tuple(about["labels"]),
        about["examples"],
    )  # fmt: skip
