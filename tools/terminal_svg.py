"""Draws what a terminal showed as one animated SVG: text and style rules, no script, no font, nothing to load.

It knows what our command line writes: text, colours, carriage returns and erased lines; anything else is refused. Each
state of a line is one element with the time that it is shown; the lines scroll as they would in a terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

ROWS, COLUMNS = 30, 100
LINE_PX, CHARACTER_PX, MARGIN_PX, FONT_PX = 18, 7.9, 14, 13
LONGEST_PAUSE, HOLD = 1.5, 5.0
"""Seconds; longer pauses are shortened, and the last picture stays for a while."""
PIECE = re.compile(r"\x1b\[([0-9;]*)([mK])|\r\n|[\r\n]|[^\x1b\r\n]+")
STYLES = {"1": "b", "2": "f", "31": "r", "32": "g", "33": "y", "36": "c"}
RULES = (
    "text{font:13px ui-monospace,Menlo,Consolas,monospace;fill:#d7dee6;white-space:pre}"
    ".b{font-weight:700;fill:#fff}.f{fill:#7f8c98}.r{fill:#ff8a80}.g{fill:#4ade80}.y{fill:#fbbf24}.c{fill:#5ad4e6}"
    ".p{fill:#2dd4bf;font-weight:700}"
)

Run = tuple[str, str]
"""A style and a text."""


@dataclass(frozen=True)
class Chunk:
    """What was written, and when (seconds from the beginning)."""

    at: float
    text: str


@dataclass
class State:
    """One line between two moments; `end` is None when it stays."""

    line: int
    runs: tuple[Run, ...]
    start: float
    end: float | None = None


@dataclass
class Screen:
    """A terminal without a height: lines are only ever added below."""

    states: list[State] = field(default_factory=list)
    scrolls: list[tuple[float, int]] = field(default_factory=lambda: [(0.0, 0)])
    """When how many lines have left at the top."""
    _line: int = 0
    _runs: list[Run] = field(default_factory=list)
    _style: str = ""
    _restart: bool = False
    _shown: dict[int, State] = field(default_factory=dict)

    def write(self, chunk: Chunk) -> None:
        """Take what was written. Raises ValueError for a control sequence that it does not know."""
        place = 0
        while place < len(chunk.text):
            found = PIECE.match(chunk.text, place)
            if found is None:
                message = f"not drawn: {chunk.text[place : place + 10]!r}"
                raise ValueError(message)
            self._take(found, chunk.at)
            place = found.end()
        self._show(chunk.at)

    def _take(self, found: re.Match[str], at: float) -> None:
        piece, (codes, kind) = found[0], found.groups()
        if kind == "m":
            self._style = " ".join(STYLES[code] for code in codes.split(";") if code in STYLES)
        elif kind == "K":
            self._runs = []
        elif piece == "\r":
            self._restart = True
        elif piece in {"\n", "\r\n"}:
            self._show(at)
            self._line += 1
            self._runs, self._restart = [], False
        else:
            if self._restart:
                self._runs, self._restart = [], False
            self._runs.append((self._style, piece))

    def _show(self, at: float) -> None:
        old, runs = self._shown.get(self._line), tuple(self._runs)
        if old is not None and old.runs == runs:
            return
        if old is not None:
            old.end = at
        new = State(self._line, runs, at)
        self.states.append(new)
        self._shown[self._line] = new
        gone = max(0, self._line + 1 - ROWS)
        if gone > self.scrolls[-1][1]:
            self.scrolls.append((at, gone))


def draw(chunks: Iterable[Chunk], *, title: str) -> str:
    """The SVG of a recording."""
    shortened = shorten([*chunks])
    screen = Screen()
    for chunk in shortened:
        screen.write(chunk)
    length = (shortened[-1].at if shortened else 0.0) + HOLD
    rules, lines = list[str](), list[str]()
    for state in screen.states:
        if not any(text.strip() for _, text in state.runs) or state.end == state.start:
            continue
        name = f"s{len(lines)}"
        rules.append(_shown_rule(name, state, length))
        lines.append(_line(name, state))
    width, height = COLUMNS * CHARACTER_PX + 2 * MARGIN_PX, ROWS * LINE_PX + 2 * MARGIN_PX
    scroll = _scroll_rule(screen.scrolls, length)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" '
        f'height="{height}" role="img" aria-labelledby="title">\n<title id="title">{escape(title)}</title>\n'
        f"<style>{RULES}\n{scroll}\n{chr(10).join(rules)}\n"
        "@media (prefers-reduced-motion: reduce) { * { animation-delay: -"
        f"{length - 0.01:.2f}s !important; animation-play-state: paused !important }} }}</style>\n"
        f'<rect width="100%" height="100%" rx="8" fill="#12181e"/>\n'
        f'<svg x="{MARGIN_PX}" y="{MARGIN_PX}" width="{width - 2 * MARGIN_PX:.0f}" height="{ROWS * LINE_PX}">'
        f'<g class="all">\n{chr(10).join(lines)}\n</g></svg>\n</svg>\n'
    )


def shorten(chunks: Sequence[Chunk]) -> list[Chunk]:
    """The same, with no pause longer than is bearable to watch."""
    made, before, now = list[Chunk](), 0.0, 0.0
    for chunk in chunks:
        now += min(chunk.at - before, LONGEST_PAUSE)
        before = chunk.at
        made.append(Chunk(now, chunk.text))
    return made


def _line(name: str, state: State) -> str:
    runs = "".join(f'<tspan class="{style}">{escape(text)}</tspan>' if style else escape(text)
                   for style, text in state.runs)  # fmt: skip
    return f'<text class="{name}" y="{state.line * LINE_PX + FONT_PX}">{runs.rstrip()}</text>'


def _shown_rule(name: str, state: State, length: float) -> str:
    start = f"{state.start / length * 100:.2f}%"
    end = "" if state.end is None else f" {state.end / length * 100:.2f}% {{ visibility: hidden }}"
    return (
        f"@keyframes {name} {{ 0% {{ visibility: hidden }} {start} {{ visibility: visible }}{end} }} "
        f".{name} {{ animation: {name} {length:.2f}s step-end infinite }}"
    )


def _scroll_rule(scrolls: Sequence[tuple[float, int]], length: float) -> str:
    frames = " ".join(
        f"{at / length * 100:.2f}% {{ transform: translateY(-{gone * LINE_PX}px) }}" for at, gone in scrolls
    )
    return f"@keyframes all {{ {frames} }} .all {{ animation: all {length:.2f}s step-end infinite }}"
