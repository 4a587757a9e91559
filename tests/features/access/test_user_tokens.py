"""Users' tokens: what is accepted, and every way in which one is not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hexaops.errors import UpstreamUnavailableError
from hexaops.features.access.errors import UnauthenticatedError
from hexaops.features.access.key_sets import LONGEST_STALE_SECONDS, REFRESH_SECONDS, PublishedKeys, read_keys
from hexaops.features.access.local_issuer import KEY_FILE, LocalIssuer
from hexaops.features.access.user_tokens import LEEWAY_SECONDS, Issuer, UserTokens
from hexaops.kit.clock import ManualClock
from tests.features.access.key_server import AUDIENCE, ISSUER, KeyServer, public_jwk
from tests.serving import START

RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())
HOUR = 3600


class World:
    """A verifier that trusts one provider and the local issuer."""

    def __init__(self, home: Path) -> None:
        self.clock = ManualClock(START)
        self.server = KeyServer(self.clock, [public_jwk(RSA_KEY, kid="k1"), public_jwk(EC_KEY, kid="k2")])
        self.client = self.server.client()
        self.local = LocalIssuer(home, audience=AUDIENCE, clock=self.clock)
        keys = PublishedKeys(issuer=ISSUER, url=None, clock=self.clock, client=self.client)
        published = Issuer(ISSUER, AUDIENCE, frozenset({"RS256", "ES256"}), keys)
        self.tokens = UserTokens([self.local.issuer(), published], clock=self.clock)

    async def refusal(self, token: str | None) -> str:
        """Why the token is refused."""
        with pytest.raises(UnauthenticatedError) as caught:
            await self.tokens.verify(token)
        return str(caught.value.details["token_status"])


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(tmp_path)
    yield made
    await made.client.aclose()


async def test_a_provider_s_token_names_its_user(world: World) -> None:
    for key, algorithm, kid in ((RSA_KEY, "RS256", "k1"), (EC_KEY, "ES256", "k2")):
        principal = await world.tokens.verify(world.server.sign(key, algorithm, kid=kid, name="Alice"))
        assert (principal.kind, principal.id, principal.name) == ("user", "user-123", "Alice")
    assert world.server.requests == ["/.well-known/openid-configuration", "/keys"]


async def test_the_local_issuer_s_user_is_marked_local(world: World) -> None:
    token = world.local.issue("owner", lifetime=timedelta(hours=1))
    assert (await world.tokens.verify(token)).id == "local:owner"


async def test_a_token_s_times_are_held_to_the_service_s_clock(world: World) -> None:
    now = int(START.timestamp())
    leeway = int(LEEWAY_SECONDS)
    refused: list[tuple[dict[str, Any], str]] = [
        ({"exp": now - leeway}, "expired"),
        ({"nbf": now + leeway + 1}, "invalid"),
        ({"iat": now + leeway + 1}, "invalid"),
        ({"exp": "tomorrow"}, "invalid"),
        ({"exp": True}, "invalid"),
    ]
    for claims, expected in refused:
        assert await world.refusal(world.server.sign(RSA_KEY, "RS256", **claims)) == expected, claims
    accepted: list[dict[str, Any]] = [{"exp": now - leeway + 1}, {"nbf": now + leeway}, {"nbf": None}]
    for claims in accepted:
        await world.tokens.verify(world.server.sign(RSA_KEY, "RS256", **claims))


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "exp", "iat"])
async def test_a_required_claim_is_missing(world: World, claim: str) -> None:
    absent: dict[str, Any] = {claim: None}
    assert await world.refusal(world.server.sign(RSA_KEY, "RS256", **absent)) == "invalid"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": f"{ISSUER}/"},
        {"iss": [ISSUER]},
        {"aud": "another"},
        {"aud": []},
        {"sub": ""},
        {"sub": 7},
        {"sub": "line\nbreak"},
        {"sub": "x" * 300},
        {"sub": "local:owner"},
    ],
)
async def test_a_claim_is_wrong(world: World, claims: dict[str, Any]) -> None:
    with_payload = _with_payload(world.server.sign(RSA_KEY, "RS256"), world.server.claims(**claims))
    assert await world.refusal(with_payload) == "invalid"
    if all(isinstance(value, str) for value in claims.values()):
        assert await world.refusal(world.server.sign(RSA_KEY, "RS256", **claims)) == "invalid"


@pytest.mark.parametrize("headers", [{"typ": "id_token"}, {"typ": "logout+jwt"}, {"typ": 7}])
async def test_another_type_of_token(world: World, headers: dict[str, Any]) -> None:
    assert await world.refusal(world.server.sign(RSA_KEY, "RS256", headers=headers)) == "invalid"


@pytest.mark.parametrize("typ", ["JWT", "at+jwt", "AT+JWT", "application/at+jwt"])
async def test_types_of_access_tokens(world: World, typ: str) -> None:
    await world.tokens.verify(world.server.sign(RSA_KEY, "RS256", headers={"typ": typ}))


@pytest.mark.parametrize("name", ["jku", "jwk", "x5u", "x5c", "crit"])
async def test_a_token_brings_no_key_of_its_own(world: World, name: str) -> None:
    value = public_jwk(OTHER_KEY) if name == "jwk" else ["exp"] if name in {"crit", "x5c"} else f"{ISSUER}/evil"
    token = _signed_by_hand(OTHER_KEY, {"alg": "ES256", "typ": "JWT", "kid": "k2", name: value}, world.server.claims())
    assert await world.refusal(token) == "invalid"


async def test_no_symmetric_or_absent_signature(world: World) -> None:
    pem = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for kid in ("k1", "k2"):
        for algorithm in ("none", "HS256"):
            header = {"alg": algorithm, "typ": "JWT", "kid": kid}
            signed = f"{_part(header)}.{_part(world.server.claims())}"
            signature = b"" if algorithm == "none" else hmac.digest(pem, signed.encode(), hashlib.sha256)
            assert await world.refusal(f"{signed}.{_encode(signature)}") == "invalid"


@pytest.mark.parametrize("algorithm", [["ES256"], {"ES256": 1}, None, 7, True, [], {}])
async def test_an_algorithm_that_is_no_word(world: World, algorithm: Any) -> None:
    header = {"alg": algorithm, "typ": "JWT", "kid": "k2"}
    assert await world.refusal(_signed_by_hand(EC_KEY, header, world.server.claims())) == "invalid"


async def test_the_algorithm_is_pinned_by_the_key(world: World) -> None:
    assert await world.refusal(world.server.sign(RSA_KEY, "RS512", kid="k1")) == "invalid"
    assert await world.refusal(world.server.sign(RSA_KEY, "RS256", kid="k2")) == "invalid"
    assert await world.refusal(world.server.sign(EC_KEY, "ES256", kid="k1")) == "invalid"


async def test_trust_roots_never_mix(world: World) -> None:
    local_key_id = world.local.name.rpartition(":")[2]
    as_provider = world.server.sign(world.local._key, "ES256", kid=local_key_id)
    as_local = world.server.sign(EC_KEY, "ES256", kid="k2", iss=world.local.name)
    with_local_key_id = world.server.sign(EC_KEY, "ES256", kid=local_key_id, iss=world.local.name)
    for token in (as_provider, as_local, with_local_key_id):
        assert await world.refusal(token) == "invalid"


async def test_a_key_of_another_home_is_a_stranger_s(world: World, tmp_path: Path) -> None:
    other = LocalIssuer(tmp_path / "other", audience=AUDIENCE, clock=world.clock)
    assert await world.refusal(other.issue("owner", lifetime=timedelta(hours=1))) == "invalid"


def test_the_local_key_is_made_once_and_private(tmp_path: Path) -> None:
    first, again = (LocalIssuer(tmp_path, audience=AUDIENCE, clock=ManualClock(START)) for _ in range(2))
    assert again.name == first.name
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


async def test_a_new_key_is_found_and_made_up_ids_do_not_flood_the_provider(world: World) -> None:
    await world.tokens.verify(world.server.sign(RSA_KEY, "RS256"))
    reads = len(world.server.requests)
    world.server.keys.append(public_jwk(OTHER_KEY, kid="new"))
    token = world.server.sign(OTHER_KEY, "ES256", kid="new")
    assert await world.refusal(token) == "invalid"  # read less than half a minute ago
    world.clock.advance(REFRESH_SECONDS)
    assert (await world.tokens.verify(token)).id == "user-123"
    assert len(world.server.requests) == reads + 2
    for number in range(50):
        assert await world.refusal(world.server.sign(OTHER_KEY, "ES256", kid=f"made-up-{number}")) == "invalid"
    assert len(world.server.requests) == reads + 2


async def test_a_withdrawn_key_stops_to_count(world: World) -> None:
    token = world.server.sign(RSA_KEY, "RS256", exp=int(START.timestamp()) + HOUR)
    await world.tokens.verify(token)
    del world.server.keys[0]
    world.clock.advance(601)
    assert await world.refusal(token) == "invalid"


async def test_a_provider_that_is_away(world: World) -> None:
    world.server.down = True
    with pytest.raises(UpstreamUnavailableError):
        await world.tokens.verify(world.server.sign(RSA_KEY, "RS256"))
    world.server.down = False
    world.clock.advance(REFRESH_SECONDS)
    await world.tokens.verify(world.server.sign(RSA_KEY, "RS256"))
    world.server.down = True
    world.clock.advance(HOUR)
    await world.tokens.verify(world.server.sign(RSA_KEY, "RS256"))
    world.clock.advance(LONGEST_STALE_SECONDS)
    with pytest.raises(UpstreamUnavailableError):
        await world.tokens.verify(world.server.sign(RSA_KEY, "RS256"))


async def test_a_discovery_document_of_somebody_else(world: World) -> None:
    world.server.discovered_issuer = "https://elsewhere.example"
    with pytest.raises(UpstreamUnavailableError):
        await world.tokens.verify(world.server.sign(RSA_KEY, "RS256"))


async def test_keys_are_not_read_over_plain_http(world: World) -> None:
    keys = PublishedKeys(issuer=ISSUER, url="http://id.example/keys", clock=world.clock, client=world.client)
    with pytest.raises(UpstreamUnavailableError):
        await keys.find("k1")
    assert world.server.requests == []


def test_weak_symmetric_and_encryption_keys_are_left_out() -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 # weak on purpose
    document = {
        "keys": [
            public_jwk(weak, kid="weak"),
            {"kty": "oct", "k": "c2VjcmV0", "kid": "symmetric"},
            public_jwk(EC_KEY, kid="encryption", use="enc"),
            public_jwk(RSA_KEY, kid="confused", alg="HS256"),
            {"kty": "new", "kid": "unknown"},
            "nonsense",
            public_jwk(EC_KEY, kid="good", use="sig"),
        ]
    }
    assert {kid: key.algorithms for kid, key in read_keys(document).items()} == {"good": frozenset({"ES256"})}


@pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "e30.e30.", "x" * 9000, "é.è.à", "\x00.\x00.\x00"])
async def test_what_is_no_token_at_all(world: World, text: str) -> None:
    assert await world.refusal(text) in {"invalid", "missing"}


@pytest.mark.parametrize("depth", [900, 2900])
async def test_a_token_as_deep_as_it_is_long(world: World, depth: int) -> None:
    deep, plain = b'{"iss":"x","a":' + b"[" * depth + b"]" * depth + b"}", b'{"alg":"ES256"}'
    for header, claims in ((deep, plain), (plain, deep), (deep[:-depth], plain), (b"[]", plain), (plain, b'"\xff"')):
        assert await world.refusal(f"{_encode(header)}.{_encode(claims)}.AAAA") == "invalid"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
async def test_a_time_that_is_no_number(world: World, value: float) -> None:
    for name in ("exp", "iat", "nbf"):
        claim: dict[str, Any] = {name: value}
        token = world.server.sign(EC_KEY, "ES256", kid="k2", **claim)
        assert await world.refusal(token) == "invalid", name


async def test_a_token_with_one_character_changed(world: World) -> None:
    token = world.server.sign(EC_KEY, "ES256", kid="k2")
    await world.tokens.verify(token)
    for place in range(0, len(token) - 2, 7):
        other = "A" if token[place] != "A" else "B"
        changed = token[:place] + other + token[place + 1 :]
        assert await world.refusal(changed) == "invalid", place


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _part(value: dict[str, Any]) -> str:
    return _encode(json.dumps(value).encode())


def _with_payload(token: str, claims: dict[str, Any]) -> str:
    header, _, signature = token.split(".")
    return f"{header}.{_part(claims)}.{signature}"


def _signed_by_hand(key: ec.EllipticCurvePrivateKey, header: dict[str, Any], claims: dict[str, Any]) -> str:
    signed = f"{_part(header)}.{_part(claims)}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
    return f"{signed}.{_encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
