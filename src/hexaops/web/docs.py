"""The documentation at `/docs/`, rendered from its Markdown when a page is first asked for, without any script.

The wheel holds the pages beside this module; an editable installation reads them from the repository. Where neither is
there, nothing is served.
"""

from __future__ import annotations

import gzip
import html
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from hexaops.web.docs_search import LONGEST_QUERY, Section, excerpt_of, find_sections, sections_of, words_of
from hexaops.web.files import StaticFile

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

HERE = Path(__file__).parent
FOLDERS = (HERE / "docs", HERE.parents[2] / "docs")
INDEX = "index"
PAGE = re.compile(r"[a-z0-9][a-z0-9/-]{0,80}")
IMAGES = {".png": "image/png", ".svg": "image/svg+xml"}
COMMENT = re.compile(r"<!--.*?-->\n*", re.DOTALL)
LINK = re.compile(r"^(?:\.\./)*([a-z0-9/-]+)\.md(#.*)?$")
SLUG = re.compile(r"[^a-z0-9_-]+")
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
FIRST = ("index", "tour", "task-pod-does-not-start", "task-heal-by-itself", "console", "chat", "transcript", "changes")
"""The pages that a reader begins with; the others follow by name."""


class DocsPages:
    """Pages and images of one folder; empty where there is none."""

    def __init__(self, folders: Sequence[Path] = FOLDERS) -> None:
        self._folder = next((one for one in folders if (one / f"{INDEX}.md").is_file()), None)
        self._made: dict[str, StaticFile] = {}

    @cached_property
    def _markdown(self) -> MarkdownIt:
        from markdown_it import MarkdownIt  # noqa: PLC0415 # 25 ms of a start, and few starts serve a page

        return MarkdownIt("commonmark", {"html": False}).enable("table")

    @cached_property
    def titles(self) -> dict[str, str]:
        """Every page's title by its name, in the order of the list."""
        if self._folder is None:
            return {}
        found = {path.relative_to(self._folder).with_suffix("").as_posix(): path for path in self._folder.rglob("*.md")}
        order = sorted(found, key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), "/" in name, name))
        return {name: _title(found[name].read_text(encoding="utf-8"), name) for name in order}

    def find(self, name: str) -> StaticFile | None:
        """A page by its name, an image by its path, or the style sheet; None for anything else."""
        name = name or INDEX
        if name not in self._made:
            made = self._make(name)
            if made is None:
                return None
            self._made[name] = made
        return self._made[name]

    def search(self, query: str) -> StaticFile:
        """A page of the sections that have the words of the query."""
        words = words_of(query)
        found = find_sections(self._sections, words)
        asked = html.escape(query[:LONGEST_QUERY])
        if found:
            body = "".join(
                f'<li><a href="{one.address}">{html.escape(one.heading)}</a> <small>{html.escape(one.title)}</small>'
                f"<p>{excerpt_of(one, words)}</p></li>"
                for one in found
            )
            body = f'<ol class="found">{body}</ol>'
        else:
            body = "<p>Nothing has any of these words. Try others, or a part of one.</p>"
        page = self._frame(f"Search: {asked}", f"<h1>Search: {asked}</h1>{body}", asked=asked)
        return _file("text/html", page.encode())

    @cached_property
    def _sections(self) -> list[Section]:
        found = list[Section]()
        for name, title in self.titles.items():
            tokens = self._tokens(name)
            found.extend(sections_of(name, title, tokens))
        return found

    def _tokens(self, name: str) -> list[Token]:
        assert self._folder is not None
        text = (self._folder / f"{name}.md").read_text(encoding="utf-8")
        tokens = self._markdown.parse(COMMENT.sub("", text))
        for token in _marked(tokens):
            _readdress(token)
        return tokens

    def _make(self, name: str) -> StaticFile | None:
        if name == "style.css":
            return _file("text/css", (HERE / "docs.css").read_bytes())
        if name == "icon.svg":
            return _file("image/svg+xml", (HERE / "static" / name).read_bytes())
        if self._folder is None:
            return None
        if name in self.titles and PAGE.fullmatch(name):
            return _file("text/html", self._page(name).encode())
        if name in self._images:
            return _file(IMAGES[Path(name).suffix], (self._folder / name).read_bytes())
        return None

    @cached_property
    def _images(self) -> frozenset[str]:
        assert self._folder is not None
        found = (path for path in (self._folder / "images").rglob("*") if path.suffix in IMAGES)
        return frozenset(path.relative_to(self._folder).as_posix() for path in found)

    def _page(self, name: str) -> str:
        body = self._markdown.renderer.render(self._tokens(name), self._markdown.options, {})
        return self._frame(html.escape(self.titles[name]), body, name=name)

    def _frame(self, title: str, body: str, *, name: str | None = None, asked: str = "") -> str:
        links = "".join(_link(one, text, current=one == name) for one, text in self.titles.items())
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} · hexaops</title>'
            '<meta name="viewport" content="width=device-width"><link rel="icon" href="/docs/icon.svg">'
            '<link rel="stylesheet" href="/docs/style.css"></head>'
            '<body><nav aria-label="Pages"><p><a href="/">← Console</a></p>'
            '<form role="search" action="/docs/"><input type="search" name="q" aria-label="Search the documentation" '
            f'placeholder="Search" maxlength="{LONGEST_QUERY}" required value="{asked}"><button>Search</button></form>'
            f"<ul>{links}</ul></nav><main>{body}</main></body></html>"
        )


def _link(name: str, title: str, *, current: bool) -> str:
    address = "/docs/" if name == INDEX else f"/docs/{name}"
    mark = ' aria-current="page"' if current else ""
    return f'<li><a href="{address}"{mark}>{html.escape(title)}</a></li>'


def _title(text: str, name: str) -> str:
    found = TITLE.search(text)
    return found.group(1) if found else name


def _marked(tokens: Sequence[Token]) -> Iterator[Token]:
    """Links and images of all levels; headings get the id that links to them use."""
    for position, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", SLUG.sub("-", tokens[position + 1].content.lower().replace("`", "")).strip("-"))
        yield token
        yield from _marked(token.children or ())


def _readdress(token: Token) -> None:
    """Links between pages of the repository become links between pages here."""
    if token.type == "link_open":
        found = LINK.match(str(token.attrGet("href") or ""))
        if found:
            token.attrSet("href", f"/docs/{found.group(1)}{found.group(2) or ''}")
    elif token.type == "image":
        source = str(token.attrGet("src") or "")
        token.attrSet("src", source if "://" in source else f"/docs/{source.removeprefix('../')}")


def _file(media_type: str, content: bytes) -> StaticFile:
    text = "" if media_type == "image/png" else "; charset=utf-8"
    return StaticFile(f"{media_type}{text}", content, gzip.compress(content, 6, mtime=0))
