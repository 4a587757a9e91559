"""Signing in at an identity provider: the flow, and every way in which somebody tries to bend it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import ValidationError

from hexaops.config import Settings
from hexaops.features.access.session_issuer import SessionIssuer
from hexaops.features.signin.attempts import LIFETIME_SECONDS
from hexaops.features.signin.pages import COOKIE as ATTEMPT
from hexaops.features.signin.pages import PROBLEM_PREFIX
from hexaops.features.signin.sessions import COOKIE
from hexaops.kit.keys import SecretKey
from tests.features.signin.issuer import CLIENT_ID, KEY, Claims, StrictIssuer, issuing
from tests.serving import AccessWorld, Headers, access_world

PAGE = {"X-Hexaops-Console": "1", "Sec-Fetch-Site": "same-origin"}
BASE = "http://127.0.0.1:9"
SECRET = "s3cret/with+signs"  # of the tests' own issuer
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="module")
def listening() -> Iterator[StrictIssuer]:
    """One listening provider for all tests of this file."""
    with issuing() as issuer:
        yield issuer


@pytest.fixture
def issuer(listening: StrictIssuer) -> StrictIssuer:
    """The provider, honest again."""
    fresh = StrictIssuer(name=listening.name, redirect=f"{BASE}/sign-in/callback")
    listening.__dict__.update(fresh.__dict__)
    return listening


def settings_of(issuer: StrictIssuer, **more: Any) -> dict[str, Any]:
    return {
        "oidc_issuer": issuer.name,
        "oidc_client_id": CLIENT_ID,
        "oidc_redirect_base": BASE,
        "rate_limit_anonymous": "100000/minute",
        **more,
    }


@dataclass
class Browser:
    """A browser of its own: it follows redirects one by one, and keeps the sign-in's cookies."""

    world: AccessWorld
    cookies: dict[str, str] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    """Every address that it was sent to."""

    async def get(self, address: str) -> httpx2.Response:
        """Visit an address of the service."""
        self.world.client.cookies.clear()
        sent = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = await self.world.client.get(address, headers={"Cookie": sent} if sent else {})
        for line in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                self.cookies.pop(name, None)
                if morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value
        self.seen.append(answer.headers.get("location", ""))
        return answer

    async def at_provider(self, next_place: str = "") -> str:
        """Begin; the address with which the provider sends the browser back."""
        begun = await self.get(f"/sign-in?next={next_place}" if next_place else "/sign-in")
        assert begun.status_code == 303, begun.text
        async with httpx2.AsyncClient(trust_env=False, verify=False) as outside:  # plain HTTP on loopback
            back = await outside.get(begun.headers["location"])
        assert back.status_code == 303, back.text
        assert back.headers["location"].startswith(f"{BASE}/sign-in/callback?")
        return str(back.headers["location"]).removeprefix(BASE)

    async def sign_in(self, next_place: str = "") -> str:
        """All of it; where the browser is in the end."""
        answer = await self.get(await self.at_provider(next_place))
        return str(answer.headers["location"])

    async def session(self) -> httpx2.Response:
        """What the console asks with the cookies that it has."""
        headers = {**PAGE, "Cookie": f"{COOKIE}={self.cookies.get(COOKIE, '')}"}
        return await self.world.client.get("/api/v1/session", headers=headers)


def problem_of(location: str) -> str:
    assert location.startswith(PROBLEM_PREFIX), location
    return location.removeprefix(PROBLEM_PREFIX).partition("/")[0]


@pytest.fixture
async def world(issuer: StrictIssuer, sqlite_url: str, tmp_path: Path) -> AsyncIterator[AccessWorld]:
    """A deployment with this provider, and a public client there."""
    async with access_world(sqlite_url, tmp_path, settings_of(issuer)) as made:
        issuer.clock = made.clock
        yield made


async def test_a_user_signs_in_and_comes_back_to_where_they_were(world: AccessWorld, issuer: StrictIssuer) -> None:
    browser = Browser(world)
    assert await browser.sign_in("%2Fws-1%2Flogs%3Fq%3Da%2520b") == "/#/ws-1/logs?q=a%20b"
    assert list(browser.cookies) == [COOKIE]
    answer = await browser.session()
    assert answer.json()["data"] == {"user_id": "alice", "expires_at": "2024-01-21T03:30:00Z", "reasons": {}}
    assert await Browser(world).sign_in() == "/"
    assert issuer.requests.count("/.well-known/openid-configuration") == 2  # endpoints and keys, each once


async def test_the_request_is_what_the_standards_ask_for(world: AccessWorld, issuer: StrictIssuer) -> None:
    asked = []
    for _ in range(2):
        answer = await Browser(world).get("/sign-in")
        address = urlsplit(answer.headers["location"])
        assert f"{address.scheme}://{address.netloc}{address.path}" == f"{issuer.name}/authorize"
        asked.append({name: value[0] for name, value in parse_qs(address.query).items()})
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
    first, second = asked
    fixed = {name: first[name] for name in first if name not in {"state", "nonce", "code_challenge"}}
    assert fixed == {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": f"{BASE}/sign-in/callback",
        "scope": "openid profile",
        "code_challenge_method": "S256",
    }
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) == 43  # 256 bits
        assert first[name] != second[name]


@pytest.mark.parametrize("methods", [("client_secret_basic",), ("client_secret_post",), ()])
async def test_a_client_with_a_secret_proves_it_as_the_provider_wants(
    issuer: StrictIssuer, sqlite_url: str, tmp_path: Path, methods: tuple[str, ...]
) -> None:
    issuer.secret, issuer.methods = SECRET, methods or ("client_secret_basic",)
    issuer.discovery = {} if methods else {"token_endpoint_auth_methods_supported": None}  # the default is Basic
    async with access_world(sqlite_url, tmp_path, settings_of(issuer, oidc_client_secret=SECRET)) as world:
        issuer.clock = world.clock
        assert await Browser(world).sign_in() == "/"
        issuer.secret = "another"
        assert problem_of(await Browser(world).sign_in()) == "CLIENT_REFUSED"


def unsigned(claims: Claims) -> str:
    return jwt.encode(claims, "", "none")


def signed_with_the_public_key(claims: Claims) -> str:
    """The algorithm is switched to one whose secret everybody knows."""
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    parts = [{"alg": "HS256", "typ": "JWT", "kid": "k1"}, claims]
    body = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    mac = hmac.digest(pem, body.encode(), hashlib.sha256)
    return f"{body}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def signed_with(key: ec.EllipticCurvePrivateKey, **headers: Any) -> Callable[[Claims], str]:
    return lambda claims: jwt.encode(claims, key, "ES256", headers={"kid": "k1", **headers})


START = 1_705_764_600  # the tests' clock
BAD_TOKENS: list[tuple[Claims, Callable[[Claims], str] | None, str]] = [
    ({"nonce": "another"}, None, "TOKEN_REFUSED"),
    ({"nonce": None}, None, "TOKEN_REFUSED"),
    ({"nonce": 7}, None, "TOKEN_REFUSED"),
    ({"aud": "another"}, None, "TOKEN_REFUSED"),
    ({"aud": "hexaops"}, None, "TOKEN_REFUSED"),  # the API's audience: an access token
    ({"aud": [CLIENT_ID, "another"]}, None, "TOKEN_REFUSED"),
    ({"aud": [CLIENT_ID, "another"], "azp": "another"}, None, "TOKEN_REFUSED"),
    ({"azp": "another"}, None, "TOKEN_REFUSED"),
    ({"iss": "https://elsewhere.example"}, None, "TOKEN_REFUSED"),
    ({"sub": None}, None, "TOKEN_REFUSED"),
    ({"sub": "local:owner"}, None, "TOKEN_REFUSED"),
    ({"exp": None}, None, "TOKEN_REFUSED"),
    ({"exp": START - 60}, None, "CLOCK_SKEW"),
    ({"iat": START + 60}, None, "CLOCK_SKEW"),
    ({}, unsigned, "TOKEN_REFUSED"),
    ({}, signed_with_the_public_key, "TOKEN_REFUSED"),
    ({}, signed_with(OTHER_KEY), "TOKEN_REFUSED"),
    ({}, signed_with(KEY, typ="logout+jwt"), "TOKEN_REFUSED"),
    ({}, signed_with(KEY, jku="https://elsewhere.example/keys"), "TOKEN_REFUSED"),
    ({}, lambda _: "not.a.token", "TOKEN_REFUSED"),
    ({}, lambda _: "", "TOKEN_REFUSED"),
]


async def test_an_id_token_that_is_not_of_this_sign_in_opens_nothing(world: AccessWorld, issuer: StrictIssuer) -> None:
    for claims, sign, expected in BAD_TOKENS:
        issuer.claims, issuer.sign = claims, sign
        browser = Browser(world)
        assert problem_of(await browser.sign_in()) == expected, claims
        assert browser.cookies == {}, claims
    issuer.claims, issuer.sign = {"aud": [CLIENT_ID, "another"], "azp": CLIENT_ID}, None
    assert await Browser(world).sign_in() == "/"


async def test_an_answer_is_taken_by_the_browser_that_asked_only(world: AccessWorld) -> None:
    """Login CSRF: an answer of the attacker's own is opened in the victim's browser."""
    attacker, stranger, victim = Browser(world), Browser(world), Browser(world)
    answer = await attacker.at_provider()
    await victim.at_provider()
    for browser in (stranger, victim):
        before = dict(browser.cookies)
        assert problem_of((await browser.get(answer)).headers["location"]) == "ATTEMPT_UNKNOWN"
        assert browser.cookies == before  # and a sign-in of the victim's own goes on
    assert await victim.sign_in() == "/"


async def test_a_code_of_another_sign_in_is_refused_by_pkce(world: AccessWorld) -> None:
    """Code injection: the victim's stolen code is put into an answer to the attacker."""
    victim, attacker = Browser(world), Browser(world)
    stolen = parse_qs(urlsplit(await victim.at_provider()).query)["code"][0]
    own = await attacker.at_provider()
    forged = own.replace(parse_qs(urlsplit(own).query)["code"][0], stolen)
    assert problem_of((await attacker.get(forged)).headers["location"]) == "CODE_REFUSED"
    assert attacker.cookies == {}


async def test_an_answer_works_once(world: AccessWorld) -> None:
    browser = Browser(world)
    answer = await browser.at_provider()
    kept = dict(browser.cookies)
    assert (await browser.get(answer)).headers["location"] == "/"
    assert problem_of((await browser.get(answer)).headers["location"]) == "ATTEMPT_UNKNOWN"
    again = Browser(world, kept)  # with the cookie, the provider still refuses
    assert problem_of((await again.get(answer)).headers["location"]) == "CODE_REFUSED"


async def test_an_attempt_ends_after_ten_minutes(world: AccessWorld) -> None:
    browser = Browser(world)
    answer = await browser.at_provider()
    world.clock.advance(LIFETIME_SECONDS)
    assert problem_of((await browser.get(answer)).headers["location"]) == "ATTEMPT_EXPIRED"
    assert browser.cookies == {}


async def test_an_altered_answer_or_cookie_is_refused(world: AccessWorld) -> None:
    browser = Browser(world)
    answer = await browser.at_provider()
    cookie = browser.cookies[ATTEMPT]
    wrong = ["", "x", "%%%", cookie[:-8], cookie[:40] + ("A" if cookie[40] != "A" else "B") + cookie[41:]]
    for value in wrong:
        answered = await Browser(world, {ATTEMPT: value}).get(answer)
        assert problem_of(answered.headers["location"]) == "ATTEMPT_UNKNOWN", value
    for address in ("/sign-in/callback", answer.replace("state=", "state=x"), answer.replace("state=", "other=")):
        answered = await Browser(world, {ATTEMPT: cookie}).get(address)
        assert problem_of(answered.headers["location"]) == "ATTEMPT_UNKNOWN", address
    twice = await Browser(world, {ATTEMPT: cookie}).get(f"{answer}&code=another")
    assert problem_of(twice.headers["location"]) == "ISSUER_REFUSED"


async def test_an_answer_of_another_provider_is_refused(world: AccessWorld, issuer: StrictIssuer) -> None:
    """Mix-up: the code must not be sent to a provider that did not make it (RFC 9207)."""
    for named in ("https://elsewhere.example", f"{issuer.name}/", ""):
        issuer.answer = {"iss": named}
        asked = issuer.requests.count("/token")
        assert problem_of(await Browser(world).sign_in()) == "ISSUER_MIXED_UP", named
        assert issuer.requests.count("/token") == asked


async def test_a_provider_that_never_names_itself_need_not(
    issuer: StrictIssuer, sqlite_url: str, tmp_path: Path
) -> None:
    issuer.answer, issuer.discovery = {"iss": ""}, {"authorization_response_iss_parameter_supported": None}
    async with access_world(sqlite_url, tmp_path, settings_of(issuer)) as world:
        issuer.clock = world.clock
        assert await Browser(world).sign_in() == "/"


@pytest.mark.parametrize(
    ("error", "expected"), [("access_denied", "ACCESS_DENIED"), ("<script>", "ISSUER_REFUSED"), ("", "ISSUER_REFUSED")]
)
async def test_a_refusal_of_the_provider_is_named(
    world: AccessWorld, issuer: StrictIssuer, error: str, expected: str
) -> None:
    issuer.answer = {"code": "", "error": error, "error_description": "<b>x</b>"}
    location = await Browser(world).sign_in()
    assert problem_of(location) == expected
    assert "<" not in location


@pytest.mark.parametrize(
    "place",
    [
        "https://elsewhere.example", "//elsewhere.example%0d%0aSet-Cookie:%20a=b", "javascript:alert(1)", "sign-in=abc",
        "sign-in-problem=X", "%5Celsewhere.example", "/%0a", "/%C3%A9", "/%20", "/" + "x" * 1000,
    ],
)  # fmt: skip
async def test_next_leads_to_a_place_of_the_console_only(world: AccessWorld, place: str) -> None:
    answer = await Browser(world).get(f"/sign-in?next={place}")
    assert problem_of(answer.headers["location"]) == "NEXT_INVALID"
    assert "set-cookie" not in answer.headers


async def test_even_a_place_like_an_address_stays_behind_the_hash(world: AccessWorld) -> None:
    assert await Browser(world).sign_in("//elsewhere.example") == "/#//elsewhere.example"


BAD_DISCOVERIES: list[tuple[Claims, str]] = [
    ({"issuer": "https://elsewhere.example"}, "ISSUER_UNSUITABLE"),
    ({"code_challenge_methods_supported": ["plain"]}, "ISSUER_UNSUITABLE"),
    ({"authorization_endpoint": None}, "ISSUER_UNSUITABLE"),
    ({"token_endpoint": "http://elsewhere.example/token"}, "ISSUER_UNSUITABLE"),
    ({"authorization_endpoint": "javascript:alert(1)"}, "ISSUER_UNSUITABLE"),
]


async def test_an_unsuitable_provider_is_not_asked(world: AccessWorld, issuer: StrictIssuer) -> None:
    for changes, expected in BAD_DISCOVERIES:
        issuer.discovery = changes
        answer = await Browser(world).get("/sign-in")
        assert problem_of(answer.headers["location"]) == expected, changes
        world.clock.advance(10)
    issuer.discovery = {}
    assert await Browser(world).sign_in() == "/"


async def test_a_provider_that_does_not_answer_is_said_so(world: AccessWorld, issuer: StrictIssuer) -> None:
    issuer.status = 503
    for _ in range(3):
        assert problem_of((await Browser(world).get("/sign-in")).headers["location"]) == "ISSUER_UNREACHABLE"
    assert issuer.requests == ["/.well-known/openid-configuration"]  # and is left alone for a moment
    issuer.status = 200
    world.clock.advance(10)
    browser = Browser(world)
    answer = await browser.at_provider()
    issuer.status = 500
    assert problem_of((await browser.get(answer)).headers["location"]) == "ISSUER_UNREACHABLE"


async def test_the_pages_are_limited_by_address(issuer: StrictIssuer, sqlite_url: str, tmp_path: Path) -> None:
    settings = settings_of(issuer, rate_limit_anonymous="2/minute")
    async with access_world(sqlite_url, tmp_path, settings) as world:
        for path in ("/sign-in", "/sign-in/callback"):
            assert "TOO_MANY" not in (await Browser(world).get(path)).headers["location"]
        for path in ("/sign-in", "/sign-in/callback", "/sign-out"):
            assert problem_of((await Browser(world).get(path)).headers["location"]) == "TOO_MANY_ATTEMPTS"


async def test_a_session_is_worth_what_its_user_may_do_and_ends(
    issuer: StrictIssuer, sqlite_url: str, tmp_path: Path
) -> None:
    async with access_world(sqlite_url, tmp_path, settings_of(issuer, oidc_session_hours=1)) as world:
        issuer.clock = world.clock
        browser = Browser(world)
        await browser.sign_in()
        headers: Headers = {**PAGE, "Cookie": f"{COOKIE}={browser.cookies[COOKIE]}"}
        listed = (await world.client.get("/api/v1/workspaces", headers=headers)).json()["data"]
        assert listed == []  # a member of none
        path = f"/internal/v1/workspaces/{world.workspace_id}/members/alice"
        added = await world.client.put(path, json={"role": "viewer"}, headers=world.administrator)
        assert added.status_code == 200, added.text
        listed = (await world.client.get("/api/v1/workspaces", headers=headers)).json()["data"]
        assert [one["id"] for one in listed] == [world.workspace_id]
        world.clock.advance(3_620)
        assert (await browser.session()).status_code == 401


async def test_an_id_token_is_no_access_token(world: AccessWorld, issuer: StrictIssuer) -> None:
    given: list[str] = []

    def sign(claims: Claims) -> str:
        given.append(signed_with(KEY)(claims))
        return given[-1]

    issuer.sign = sign
    await Browser(world).sign_in()
    answer = await world.client.get("/api/v1/workspaces", headers={"Authorization": f"Bearer {given[0]}"})
    assert answer.status_code == 401


async def test_sessions_of_another_provider_s_users_are_void(world: AccessWorld, issuer: StrictIssuer) -> None:
    names = {
        SessionIssuer(SecretKey(Path()), provider=name, audience="hexaops", clock=world.clock).name
        for name in (issuer.name, "https://elsewhere.example")
    }
    assert world.get(SessionIssuer).name in names
    assert len(names) == 2


async def test_nothing_secret_is_in_an_address_a_log_or_a_record(
    issuer: StrictIssuer, sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    issuer.secret = SECRET
    with caplog.at_level("DEBUG"):
        async with access_world(sqlite_url, tmp_path, settings_of(issuer, oidc_client_secret=SECRET)) as world:
            issuer.clock = world.clock
            browser = Browser(world)
            answer = await browser.at_provider()
            code = parse_qs(urlsplit(answer).query)["code"][0]
            sealed = browser.cookies[ATTEMPT]
            await browser.get(answer)
            records = (await world.client.get("/internal/v1/audit", headers=world.administrator)).text
    assert "session.opened" in records
    written = [str(vars(record)) for record in caplog.records if record.name.startswith("hexaops")]
    assert any("303" in line for line in written)
    said = records + " ".join(written) + " ".join(browser.seen[1:])  # the first leads to the provider
    for secret in (SECRET, code, sealed, browser.cookies[COOKIE], "eyJ"):
        assert secret not in said


async def test_a_failure_is_recorded_and_found_by_its_request(world: AccessWorld) -> None:
    answer = await Browser(world).get("/sign-in/callback?code=x&state=y")
    records = (await world.client.get("/internal/v1/audit", headers=world.administrator)).text
    assert "session.refused" in records
    assert answer.headers["location"].endswith(f"/{answer.headers['x-request-id']}")
    assert answer.headers["x-request-id"] in records


async def test_over_tls_the_cookies_are_bound_to_the_host(
    issuer: StrictIssuer, sqlite_url: str, tmp_path: Path
) -> None:
    settings = settings_of(issuer, oidc_redirect_base="https://console.example")
    async with access_world(sqlite_url, tmp_path, settings) as world:
        line = (await Browser(world).get("/sign-in")).headers["set-cookie"]
        assert line.startswith(f"__Host-{ATTEMPT}=")
        assert line.endswith("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure")
        assert 'content="https://console.example/sign-in"' in (await world.client.get("/")).text


async def test_signing_out_goes_on_to_the_provider(world: AccessWorld, issuer: StrictIssuer) -> None:
    location = (await Browser(world).get("/sign-out")).headers["location"]
    address, asked = urlsplit(location), parse_qs(urlsplit(location).query)
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{issuer.name}/end"
    assert asked == {"tenant": ["1"], "client_id": [CLIENT_ID], "post_logout_redirect_uri": [f"{BASE}/"]}


@pytest.mark.parametrize(("changes", "status"), [({"end_session_endpoint": None}, 200), ({}, 503)])
async def test_without_a_provider_s_sign_out_it_ends_at_the_console(
    world: AccessWorld, issuer: StrictIssuer, changes: Claims, status: int
) -> None:
    issuer.discovery, issuer.status = changes, status
    assert (await Browser(world).get("/sign-out")).headers["location"] == f"{BASE}/"


async def test_without_a_client_id_there_is_no_such_page(sqlite_url: str, tmp_path: Path) -> None:
    async with access_world(sqlite_url, tmp_path, {"oidc_issuer": "https://id.example"}) as world:
        for path in ("/sign-in", "/sign-in/callback", "/sign-out"):
            assert (await world.client.get(path)).status_code == 404
        assert '<meta name="sign-in" content="">' in (await world.client.get("/")).text


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"oidc_issuer": None}, "oidc_client_id needs oidc_issuer"),
        ({"oidc_redirect_base": None}, "oidc_client_id needs oidc_redirect_base"),
        ({"oidc_scopes": ["profile"]}, "must include openid"),
        ({"oidc_redirect_base": "http://console.example"}, "oidc_redirect_base"),
        ({"oidc_redirect_base": "https://console.example/"}, "oidc_redirect_base"),
        ({"oidc_redirect_base": "https://console.example/path"}, "oidc_redirect_base"),
        ({"oidc_redirect_base": "https://user@console.example"}, "oidc_redirect_base"),
        ({"oidc_session_hours": 13}, "oidc_session_hours"),
    ],
)
def test_half_a_configuration_is_refused_at_the_start(changes: dict[str, Any], reason: str) -> None:
    good = settings_of(StrictIssuer(name="https://id.example"))
    Settings(**good)
    with pytest.raises(ValidationError, match=reason):
        Settings(**{**good, **changes})
