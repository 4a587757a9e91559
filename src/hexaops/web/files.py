"""The console's files: read once, compressed once, addressed by what they hold.

Their address contains a digest of all of them, so a browser keeps them for ever and takes new ones with a new version.
"""

from __future__ import annotations

import hashlib
import html
import re
import zlib
from functools import cached_property
from pathlib import Path

from msgspec import Struct

FOLDER = Path(__file__).parent / "static"
INDEX = "index.html"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}
"""Suffixes that are served; licences and notes beside them are not."""
IMPORTED = re.compile(r"""(?:^|;)(?:import|export)\b[^"';]*["'](\.[^"']+)["']""", re.MULTILINE)
ENTRY = "app.js"
COMMENT = re.compile(rb"^ *(?://.*|/\*\*.*\*/)?\n|^ +| // [^\n\"'`]*$|(?<=>)\n *(?=[<$])", re.MULTILINE)
"""What only explains, and what only sets apart, in our own files; a tenth of what they take compressed."""
GZIP, BLOCKS = 31, (5, 6, 7, 8)
"""What zlib calls `wbits` and `memLevel`."""
STYLE_COMMENT, STYLE_SPACE = re.compile(rb"/\*[^*]*\*/"), re.compile(rb"\s*([{};,])\s*|(?<=:) +")


class StaticFile(Struct, frozen=True):
    """One file as it is sent."""

    media_type: str
    plain: bytes
    compressed: bytes


class ConsoleFiles:
    """Read when first asked for."""

    def __init__(self, folder: Path = FOLDER, *, sign_in: str = "") -> None:
        self._folder = folder
        self._sign_in = sign_in
        """Where users sign in at their identity provider; empty where they cannot."""

    @cached_property
    def version(self) -> str:
        """A digest of every file's name and content."""
        digest = hashlib.sha256()
        for name, content in sorted(self._contents.items()):
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        return digest.hexdigest()[:16]

    @cached_property
    def index(self) -> StaticFile:
        """The page, with the addresses of this version's files."""
        base = f"/console/{self.version}/"
        preloads = "".join(f'<link rel="modulepreload" href="{base}{name}">' for name in self.first)
        text = self._contents[INDEX].decode().replace("{base}", base).replace("<!--preload-->", preloads)
        text = text.replace("{sign-in}", html.escape(self._sign_in))
        return _file(INDEX, text.encode())

    @property
    def first(self) -> list[str]:
        """The modules that the page needs before it can show anything, in the order that they are imported."""
        found, waiting = [], [ENTRY]
        while waiting:
            name = waiting.pop(0)
            if name not in found:
                found.append(name)
                text = self._contents[name].decode()
                folder = self._folder / Path(name).parent
                waiting += [_relative(folder / target, self._folder) for target in IMPORTED.findall(text)]
        return found

    @property
    def names(self) -> list[str]:
        """Every file that is served, by its path below the folder."""
        return sorted(self._contents)

    def find(self, version: str, name: str) -> StaticFile | None:
        """A file of this version; None for anything else."""
        if version != self.version or name not in self._contents or name == INDEX:
            return None
        if name not in self._made:
            self._made[name] = _file(name, self._contents[name])
        return self._made[name]

    @cached_property
    def _made(self) -> dict[str, StaticFile]:
        return {}

    @cached_property
    def _contents(self) -> dict[str, bytes]:
        files = [path for path in self._folder.rglob("*") if path.suffix in TYPES]
        return {path.relative_to(self._folder).as_posix(): _content(path) for path in files}


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    if path.parent.name == "vendor":
        return content
    if path.suffix == ".css":
        return STYLE_SPACE.sub(rb"\1", STYLE_COMMENT.sub(b"", content))
    return COMMENT.sub(b"", content) if path.suffix == ".js" else content


def _relative(path: Path, folder: Path) -> str:
    return path.resolve().relative_to(folder.resolve()).as_posix()


def _compressed(content: bytes) -> bytes:
    """As gzip, with whichever block size makes the file smallest."""
    made = (zlib.compressobj(9, zlib.DEFLATED, GZIP, memory) for memory in BLOCKS)
    return min((one.compress(content) + one.flush() for one in made), key=len)


def _file(name: str, content: bytes) -> StaticFile:
    media_type = TYPES[Path(name).suffix]
    return StaticFile(f"{media_type}; charset=utf-8", content, _compressed(content))
