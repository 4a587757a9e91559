"""Encrypts the stored targets of channels, each bound to its channel.

A target is a secret (whoever knows a Slack URL can post there), so it is also redacted from every later log line.
"""

from __future__ import annotations

from msgspec import Struct

from hexaops.features.notifications.errors import ChannelUnreadableError
from hexaops.kit.keys import SecretKey, UnusableKeyError
from hexaops.kit.sealing import SealBrokenError, seal, unseal
from hexaops.logs import Redactor

PURPOSE = "notification-channels"


class TargetSeal(Struct, frozen=True):
    """Takes a key of its own from the process's key."""

    key: SecretKey
    redactor: Redactor

    def close(self, target: str, *, owner: str) -> str:
        """What is stored; raises ChannelUnreadableError."""
        self.redactor.add(target)
        return seal(self._derived(), target, owner=owner)

    def open(self, sealed: str, *, owner: str) -> str:
        """The target; raises ChannelUnreadableError."""
        try:
            target = unseal(self._derived(), sealed, owner=owner)
        except SealBrokenError:
            message = (
                "The channel's target cannot be decrypted with this process's key: restore the key or set it again"
            )
            raise ChannelUnreadableError(message) from None
        self.redactor.add(target)
        return target

    def _derived(self) -> bytes:
        try:
            return self.key.derive(PURPOSE)
        except UnusableKeyError as error:
            raise ChannelUnreadableError(str(error)) from None
