"""`hexaops console`: a link that signs its owner in, once."""

from __future__ import annotations

import httpx2
import pytest

from hexaops.cli.console import open_on_desktop
from tests.cli.conftest import Run
from tests.contract.serving import Served


def test_the_link_opens_a_session_of_the_owner(hexaops: Run, served: Served) -> None:
    url = hexaops("console", "--json").data["url"]
    assert url.startswith(f"{served.base_url}/#sign-in=")
    code = url.partition("=")[2]
    with httpx2.Client(base_url=served.base_url, headers={"Authorization": f"Code {code}"}) as browser:
        assert browser.post("/api/v1/session").json()["data"]["user_id"] == "local:owner"
        assert browser.post("/api/v1/session").status_code == 401
    assert hexaops("console").out.startswith(f"{served.base_url}/#sign-in=")


@pytest.mark.parametrize(
    ("platform", "environment", "is_opened"),
    [
        ("darwin", {}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"DISPLAY": "", "TERM": "xterm"}, False),
    ],
)
def test_only_a_desktop_opens_the_page(platform: str, environment: dict[str, str], *, is_opened: bool) -> None:
    seen: list[str] = []

    def opener(url: str) -> bool:
        seen.append(url)
        return True

    assert open_on_desktop("http://x/#1", platform=platform, environment=environment, opener=opener) is is_opened
    assert seen == (["http://x/#1"] if is_opened else [])
