"""Standard Webhooks signatures (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md)."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime

SECRET_BYTES = 32


def new_secret() -> str:
    """A signing secret: `whsec_` and 32 random bytes in base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(event_id: str, at: datetime, body: str, signing_secrets: Iterable[str]) -> dict[str, str]:
    """The three headers of one attempt, with one signature for each live secret; `at` must be in UTC."""
    from standardwebhooks import Webhook  # noqa: PLC0415 # needed only when something is sent

    # The library reads the clock face of `at` as UTC, whatever its zone is: another zone would sign another time.
    assert at.utcoffset() is not None
    assert not at.utcoffset()
    signatures = [Webhook(secret).sign(event_id, at, body) for secret in signing_secrets]
    return {
        "content-type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
