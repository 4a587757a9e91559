"""Articles: one Markdown file each, with YAML front matter. They are read once, when somebody first asks."""

from __future__ import annotations

from functools import cache
from importlib import resources

import msgspec
import yaml

FENCE = "---\n"


class Article(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One article. Its first paragraph answers the question."""

    title: str
    intent: str
    """snake_case, and no other article's."""
    questions: tuple[str, ...]
    """How people ask for it."""
    next_steps: tuple[str, ...]
    quick_actions: tuple[str, ...] = ()
    """Names in the catalogue of quick actions."""
    related: tuple[str, ...] = ()
    """Names of other articles."""
    name: str = ""
    """The file's, without its ending."""
    body: str = ""


def read_article(name: str, text: str) -> Article:
    """One file's content; raises ValueError naming the file when it is not an article."""
    _, fence, rest = text.partition(FENCE)
    head, end, body = rest.partition(FENCE)
    try:
        if not (fence and end):
            message = "no front matter"
            raise ValueError(message)
        return msgspec.convert({**yaml.safe_load(head), "name": name, "body": body.strip()}, Article)
    except (ValueError, TypeError, yaml.YAMLError, msgspec.ValidationError) as error:
        message = f"article {name}: {error}"
        raise ValueError(message) from error


@cache
def articles() -> tuple[Article, ...]:
    """Every article, by name."""
    folder = resources.files(__package__) / "articles"
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".md")), key=lambda one: one.name)
    return tuple(read_article(one.name.removesuffix(".md"), one.read_text(encoding="utf-8")) for one in files)
