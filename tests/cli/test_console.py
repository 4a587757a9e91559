"""`hexaops console`: a link that signs its owner in, once."""

from __future__ import annotations

import httpx2

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
