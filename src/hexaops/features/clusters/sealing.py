"""Encrypts stored kubeconfigs and sources of metrics and logs, each bound to its cluster and role."""

from __future__ import annotations

import msgspec

from hexaops.config import LogSource, MetricsSource
from hexaops.kit.keys import SecretKey
from hexaops.kit.sealing import seal, unseal

PURPOSE = "clusters"


def open_text(source: MetricsSource | LogSource) -> str:
    """A source of metrics or logs as text, its headers in the open: to be sealed at once."""
    headers = {name: value.get_secret_value() for name, value in source.headers.items()}
    return msgspec.json.encode({**source.model_dump(exclude={"headers"}), "headers": headers}).decode()


class KubeconfigSeal:
    """Takes a key of its own from the process's key."""

    def __init__(self, key: SecretKey) -> None:
        self._key = key

    def close(self, kubeconfig: str, *, owner: str) -> str:
        """What is stored; raises UnusableKeyError."""
        return seal(self._key.derive(PURPOSE), kubeconfig, owner=owner)

    def open(self, sealed: str, *, owner: str) -> str:
        """The kubeconfig; raises SealBrokenError or UnusableKeyError."""
        return unseal(self._key.derive(PURPOSE), sealed, owner=owner)
