"""A browser's session: how it is opened, what it is worth, and to whom."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import httpx2
import pytest

from hexaops.features.access.local_issuer import OWNER
from hexaops.features.signin.links import LIFETIME_SECONDS, LINK_PREFIX, MOST_OPEN, SignInLinks
from hexaops.features.signin.sessions import COOKIE, LONGEST_COOKIE, BrowserSessions, TokenTooLargeError
from hexaops.kit.clock import ManualClock
from tests.serving import AccessWorld, Headers, access_world

SESSION = "/api/v1/session"
PAGE = {"X-Hexaops-Console": "1", "Sec-Fetch-Site": "same-origin"}


def cookie_of(answer: httpx2.Response) -> str:
    return SimpleCookie(answer.headers["set-cookie"])[COOKIE].value


async def signed_in(world: AccessWorld, headers: Headers) -> Headers:
    """Headers of the page in a browser that has signed in with these."""
    answer = await world.client.post(SESSION, headers=headers)
    assert answer.status_code == 200, answer.text
    return {**PAGE, "Cookie": f"other=1; {COOKIE}={cookie_of(answer)}"}


async def who(world: AccessWorld, headers: Headers) -> int:
    world.client.cookies.clear()
    return (await world.client.get("/api/v1/workspaces", headers=headers)).status_code


async def test_a_token_is_exchanged_for_a_cookie_that_scripts_cannot_read(access: AccessWorld) -> None:
    answer = await access.client.post(SESSION, headers=access.token("alice"))
    assert answer.json()["data"] == {"user_id": "local:alice", "expires_at": "2024-01-20T16:30:00Z", "reasons": {}}
    cookie = answer.headers["set-cookie"]
    assert "; HttpOnly; SameSite=Strict" in cookie
    assert "; Path=/api/v1; " in cookie
    assert "Secure" not in cookie  # plain HTTP on loopback
    assert access.token("alice")["Authorization"].partition(" ")[2] not in cookie


async def test_over_tls_the_cookie_is_sent_over_tls_only(access: AccessWorld) -> None:
    headers = {**access.token("alice"), "Origin": "https://console.example"}
    assert (await access.client.post(SESSION, headers=headers)).headers["set-cookie"].endswith("; Secure")


async def test_the_page_calls_the_api_with_its_cookie(access: AccessWorld) -> None:
    page = await signed_in(access, access.token("alice"))
    assert await who(access, page) == 200
    found = (await access.client.get(SESSION, headers=page)).json()["data"]
    assert (found["user_id"], found["expires_at"]) == ("local:alice", "2024-01-20T16:30:00Z")


@pytest.mark.parametrize(
    "page", [{}, {**PAGE, "Sec-Fetch-Site": "cross-site"}, {**PAGE, "Sec-Fetch-Site": "same-site"}]
)
async def test_a_cookie_sent_from_another_page_is_worth_nothing(access: AccessWorld, page: Headers) -> None:
    cookie = (await signed_in(access, access.token("alice")))["Cookie"]
    assert await who(access, {**page, "Cookie": cookie}) == 401


async def test_a_session_ends_with_its_token_and_after_half_a_day(access: AccessWorld) -> None:
    short, long = access.token("alice"), access.token("alice", lifetime=timedelta(days=30))
    pages = [await signed_in(access, headers) for headers in (short, long)]
    assert access.clock is not None
    for seconds, expected in ((3_500, [200, 200]), (200, [401, 200]), (12 * 3_600, [401, 401])):
        access.clock.advance(seconds)
        assert [await who(access, page) for page in pages] == expected


async def test_an_altered_or_foreign_cookie_is_worth_nothing(access: AccessWorld) -> None:
    page = await signed_in(access, access.token("alice"))
    value = page["Cookie"].rpartition("=")[2]
    swapped = value[:-2] + ("A" if value[-2] != "A" else "B") + value[-1]
    for wrong in (
        swapped,
        "",
        "x",
        "%%%",
        base64.urlsafe_b64encode(b"{}").decode(),
        access.token("a")["Authorization"],
    ):
        assert await who(access, {**PAGE, "Cookie": f"{COOKIE}={wrong}"}) == 401


async def test_a_token_of_ones_own_goes_before_the_cookie(access: AccessWorld) -> None:
    page = await signed_in(access, access.token("alice"))
    found = (await access.client.get(SESSION, headers={**page, **access.token("bob")})).json()["data"]
    assert found["user_id"] == "local:bob"
    assert await who(access, {**page, "Authorization": "Bearer nonsense"}) == 401


async def test_signing_out_takes_the_cookie_back(access: AccessWorld) -> None:
    page = await signed_in(access, access.token("alice"))
    answer = await access.client.delete(SESSION, headers=page)
    assert answer.status_code == 204
    assert f"{COOKIE}=; " in answer.headers["set-cookie"]
    assert "Max-Age=0" in answer.headers["set-cookie"]


async def link_of(world: AccessWorld, headers: Headers) -> str:
    answer = await world.client.post(f"{SESSION}/links", headers=headers)
    assert answer.status_code == 201, answer.text
    path = str(answer.json()["data"]["path"])
    assert path.startswith(LINK_PREFIX)
    return path.removeprefix(LINK_PREFIX)


async def test_a_link_signs_its_maker_in_once(access: AccessWorld) -> None:
    code = await link_of(access, access.token("alice"))
    page = await signed_in(access, {**PAGE, "Authorization": f"Code {code}"})
    assert (await access.client.get(SESSION, headers=page)).json()["data"]["user_id"] == "local:alice"
    again = await access.client.post(SESSION, headers={**PAGE, "Authorization": f"Code {code}"})
    assert again.status_code == 401


async def test_a_link_is_good_for_minutes_and_for_signing_in_only(access: AccessWorld) -> None:
    assert access.clock is not None
    code = await link_of(access, access.token("alice"))
    assert await who(access, {"Authorization": f"Code {code}"}) == 401
    access.clock.advance(LIFETIME_SECONDS + 1)
    assert (await access.client.post(SESSION, headers={"Authorization": f"Code {code}"})).status_code == 401


def test_links_are_forgotten_when_there_are_too_many() -> None:
    links = SignInLinks(ManualClock())
    first, *_, last = [links.create(OWNER) for _ in range(MOST_OPEN + 1)]
    assert (links.redeem(first), links.redeem(last)) == (None, OWNER)


async def test_the_links_code_is_in_no_record(access: AccessWorld) -> None:
    code = await link_of(access, access.token("alice"))
    await signed_in(access, {**PAGE, "Authorization": f"Code {code}"})
    records = await access.client.get("/internal/v1/audit", headers=access.administrator)
    assert "/api/v1/session" in records.text
    assert code not in records.text


async def test_users_of_an_identity_provider_sign_in_there(sqlite_url: str, tmp_path: Path) -> None:
    async with access_world(sqlite_url, tmp_path, {"local_issuer": False}) as world:
        answer = await world.client.post(SESSION, headers={"Authorization": "Code x"})
        assert answer.status_code == 401
        assert (await world.client.post(f"{SESSION}/links", headers=world.token("alice"))).status_code == 401


async def test_a_token_that_no_cookie_holds_is_refused_in_words(access: AccessWorld) -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": 9e9, "pad": "x" * LONGEST_COOKIE}).encode()).decode()
    with pytest.raises(TokenTooLargeError, match="smaller access token"):
        access.get(BrowserSessions).start(f"x.{claims}.x")
