"""The documentation as the service serves it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hexaops.web.docs import DocsPages
from tests.serving import AccessWorld

PAGES = DocsPages()
REFERENCE = re.compile(r'(?:href|src)="([^"]+)"')
OTHER_FILES = frozenset({"/docs/style.css"})


def text_of(name: str) -> str:
    page = PAGES.find(name)
    assert page is not None
    return page.plain.decode()


@pytest.mark.parametrize("name", PAGES.titles)
def test_every_page_is_rendered_and_loads_nothing_from_elsewhere(name: str) -> None:
    page = text_of(name)
    assert "<h1" in page
    assert "&lt;!--" not in page, "comments for those who edit the page are left out"
    assert "<script" not in page
    assert [one for one in re.findall(r'src="([^"]+)"', page) if not one.startswith("/docs/images/")] == []


@pytest.mark.parametrize("name", PAGES.titles)
def test_links_between_pages_lead_to_a_page_and_a_heading(name: str) -> None:
    for address in REFERENCE.findall(text_of(name)):
        if not address.startswith("/docs/"):
            assert address == "/" or "://" in address or address.startswith(("#", "mailto:")), address
            continue
        page, _, heading = address.removeprefix("/docs/").partition("#")
        found = PAGES.find(page)
        assert found is not None, address
        if heading:
            assert f'id="{heading}"' in found.plain.decode(), address


@pytest.mark.parametrize("name", ["absent", "../pyproject", "images", "images/../index.md", "index.md", "INDEX"])
def test_nothing_else_is_served(name: str) -> None:
    assert PAGES.find(name) is None


def test_text_of_a_page_becomes_no_markup(tmp_path: Path) -> None:
    (tmp_path / "index.md").write_text("# A <b>\n\n<script>x</script> [y](javascript:alert(1))\n", encoding="utf-8")
    found = DocsPages([tmp_path / "absent", tmp_path]).find("")
    assert found is not None
    page = found.plain.decode()
    assert "<script" not in page
    assert 'href="javascript' not in page


def test_without_a_folder_nothing_is_served(tmp_path: Path) -> None:
    assert DocsPages([tmp_path]).find("") is None


async def test_pages_are_served_under_a_policy_without_scripts(access: AccessWorld) -> None:
    served = {
        "/docs/": "text/html",
        "/docs/tour": "text/html",
        "/docs/style.css": "text/css",
        "/docs/images/architecture.svg": "image/svg+xml",
    }
    for path, media_type in served.items():
        answer = await access.client.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["content-type"].startswith(media_type)
        assert answer.headers["content-security-policy"].startswith(
            "default-src 'none'; style-src 'self'; img-src 'self'"
        )
    assert (await access.client.get("/docs/absent")).status_code == 404


def test_sections_are_found_by_their_words() -> None:
    page = PAGES.search("pod does not start").plain.decode()
    first, *_ = re.findall(r'<li><a href="([^"]+)"', page.partition("<main>")[2])
    assert first.startswith("/docs/task-pod-does-not-start")
    assert "<mark>" in page
    assert PAGES.search("plan zzzzzz").plain.count(b"<mark>") > 0, "those that have most of the words"
    assert "Nothing has any of these words" in PAGES.search("zzzzzz").plain.decode()
    assert "Nothing has any of these words" in PAGES.search("").plain.decode()


def test_every_heading_found_leads_to_its_place() -> None:
    page = PAGES.search("webhook").plain.decode().partition("<main>")[2]
    addresses = re.findall(r'<a href="(/docs/[^"]+)"', page)
    assert len(addresses) > 1
    for address in addresses:
        name, _, heading = address.removeprefix("/docs/").partition("#")
        assert not heading or f'id="{heading}"' in text_of(name), address


def test_a_search_becomes_no_markup() -> None:
    page = PAGES.search('"><script>x</script><mark').plain.decode()
    assert "<script" not in page
    assert "&lt;script" in page


async def test_the_search_is_a_plain_form_and_needs_no_script(access: AccessWorld) -> None:
    found = await access.client.get("/docs/", params={"q": "kill -9"})
    assert found.status_code == 200
    assert '<form role="search" action="/docs/">' in found.text
    assert 'value="kill -9"' in found.text
    assert "form-action 'self'" in found.headers["content-security-policy"]
    assert "script-src" not in found.headers["content-security-policy"]
