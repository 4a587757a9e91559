"""Whether a line matches a tree, by looking at the line: the reference that every engine is held to."""

from __future__ import annotations

from hexaops.backends.logstores.lines import LogLine
from hexaops.backends.logstores.query.tree import And, Equals, HasLevel, Node, Not, Or, Text
from hexaops.backends.logstores.words import words_of


def matches(node: Node | None, line: LogLine) -> bool:
    """Whether the line is one that the query asks for; no query asks for every line."""
    match node:
        case None:
            return True
        case Text(_, _, message_only):
            texts = (line.message,) if message_only else searched(line)
            return any(_holds(words_of(text), node) for text in texts)
        case Equals(field, value, prefix):
            found = getattr(line, field) or ""
            return bool(found) and (found.startswith(value) if prefix else found == value)
        case HasLevel(level):
            return line.level == level
        case Not(child):
            return not matches(child, line)
        case And(children):
            return all(matches(child, line) for child in children)
        case Or(children):
            return any(matches(child, line) for child in children)


def searched(line: LogLine) -> tuple[str, ...]:
    """The texts of a line that words without a field are looked for in."""
    return (line.message, line.level, line.component, line.error_code)


def _holds(words: tuple[str, ...], text: Text) -> bool:
    wanted, size = text.words, len(text.words)
    whole, last = (wanted[:-1], wanted[-1]) if text.prefix else (wanted, "")
    for start in range(len(words) - size + 1):
        if words[start : start + len(whole)] != whole:
            continue
        if not text.prefix or words[start + size - 1].startswith(last):
            return True
    return False
