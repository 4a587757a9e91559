"""Encrypts stored kubeconfigs, each bound to its cluster and role."""

from __future__ import annotations

from hexaops.kit.keys import SecretKey
from hexaops.kit.sealing import seal, unseal

PURPOSE = "clusters"


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
