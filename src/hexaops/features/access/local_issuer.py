"""The embedded mode's issuer: signs the local user's token with an ES256 key in the home folder.

Its public key takes the same way as any issuer's. The issuer's name carries the key's fingerprint, so that a token
of another home folder is a stranger's.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from jwt.algorithms import ECAlgorithm

from hexaops.features.access.key_sets import FixedKeys
from hexaops.features.access.user_tokens import LOCAL_PREFIX, Issuer
from hexaops.kit.clock import Clock

KEY_FILE = "local-issuer.pem"
OWNER = "owner"
"""The local user's subject; its id is `local:owner`."""


class LocalIssuer:
    """Signs tokens of local users."""

    def __init__(self, home: Path, *, audience: str, clock: Clock) -> None:
        self._key = _load_or_make(home / KEY_FILE)
        self._audience = audience
        self._clock = clock
        self._key_id = _fingerprint(self._key.public_key())
        self.name = f"urn:hexaops:local:{self._key_id}"

    def issue(self, subject: str = OWNER, *, lifetime: timedelta, name: str | None = None) -> str:
        """A token of a local user."""
        now = self._clock.now()
        claims: dict[str, Any] = {
            "iss": self.name,
            "aud": self._audience,
            "sub": subject,
            "name": name or subject,
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
        }
        return jwt.encode(claims, self._key, "ES256", headers={"kid": self._key_id, "typ": "at+jwt"})

    def issuer(self) -> Issuer:
        """What verification needs to know of it."""
        public = msgspec.json.decode(ECAlgorithm.to_jwk(self._key.public_key()), type=dict[str, Any])
        keys = FixedKeys({"keys": [{**public, "kid": self._key_id, "use": "sig", "alg": "ES256"}]})
        return Issuer(self.name, self._audience, frozenset({"ES256"}), keys, user_prefix=LOCAL_PREFIX)


def _load_or_make(path: Path) -> ec.EllipticCurvePrivateKey:
    if not path.exists():
        _write_new(path)
    path.chmod(0o600)
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _write_new(path: Path) -> None:
    """Write a new key atomically, so that a crash never leaves a partial one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft = path.with_suffix(f".{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # unlike a rename, it never replaces a key that another process has just made
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _fingerprint(key: ec.EllipticCurvePublicKey) -> str:
    digest = Hash(SHA256())
    digest.update(key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))
    return digest.finalize().hex()[:32]
