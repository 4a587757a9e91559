"""kubectl commands that people type by habit, as the sentences that say the same.

Only a message that is one whole command, with flags that are all understood, is translated: everything else stays as
it is written. Commands that only look are known without the word kubectl, too (`looking_commands`).
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence

from hexaops.assistant.understanding.looking_commands import looking
from hexaops.assistant.understanding.normalise import word_set

_KINDS = word_set(
    "deploy deployment deployments deployment.apps deployments.apps sts statefulset statefulsets statefulset.apps ds "
    "daemonset daemonsets daemonset.apps"
)
_SHORT = {"-n": "namespace", "--namespace": "namespace"}
_FLAGS = word_set("namespace replicas min max cpu-percent to-revision")
_BEFORE = word_set("$ please pls run execute")
_COMMANDS = ("kubectl", "k", "oc")
"""The command, its common alias, and OpenShift's."""
_LONGEST = 300
Flags = Mapping[str, str]


def in_words(text: str) -> str:
    """The sentence of a command; the text itself when it is none."""
    if len(text) > _LONGEST:
        return text
    if looks := looking(text.split()):
        return looks
    if not any(word in text for word in _COMMANDS):
        return text
    try:
        words = shlex.split(text)
    except ValueError:  # an open quotation mark
        return text
    while words and words[0].lower() in _BEFORE:
        words.pop(0)
    if words and words[-1].lower() in ("please", "pls"):
        words.pop()
    if not words or words[0] not in _COMMANDS:
        return text
    return _sentence(words[1:]) or looking(words[1:]) or text


def _sentence(words: Sequence[str]) -> str | None:
    parsed = _parsed(words)
    if parsed is None:
        return None
    plain, flags = parsed
    for verb, say in _VERBS.items():
        if tuple(plain[: len(verb)]) == verb:
            named = _named(plain[len(verb) :])
            sentence = say(*named, flags) if named is not None else None
            place = f" in {flags['namespace']}" if "namespace" in flags else ""
            return f"{sentence}{place}" if sentence else None
    return None


def _parsed(words: Sequence[str]) -> tuple[list[str], dict[str, str]] | None:
    """Words and flags; None where a flag is none of ours."""
    plain: list[str] = []
    flags: dict[str, str] = {}
    left = [*words]
    while left:
        word = left.pop(0)
        if not word.startswith("-"):
            plain.append(word)
            continue
        name, has_value, value = word.partition("=")
        name = _SHORT.get(name, name.removeprefix("--"))
        if name not in _FLAGS or not (has_value or left):
            return None
        flags[name] = value if has_value else left.pop(0)
    return plain, flags


def _named(words: list[str]) -> tuple[str, list[str]] | None:
    """The workload's name and what follows it, of `deploy/web …` or `deployment web …`."""
    kind, slash, name = (words[0] if words else "").partition("/")
    rest = words[1:]
    if not slash and rest:
        name, rest = rest[0], rest[1:]
    return (name, rest) if kind in _KINDS and name else None


def _scale(name: str, rest: list[str], flags: Flags) -> str | None:
    return f"scale {name} to {flags['replicas']}" if "replicas" in flags and not rest else None


def _restart(name: str, rest: list[str], flags: Flags) -> str | None:
    del flags
    return None if rest else f"restart {name}"


def _undo(name: str, rest: list[str], flags: Flags) -> str | None:
    revision = f" to revision {flags['to-revision']}" if "to-revision" in flags else ""
    return None if rest else f"roll back {name}{revision}"


def _autoscale(name: str, rest: list[str], flags: Flags) -> str | None:
    if rest or "max" not in flags:
        return None
    bounds = f"between {flags['min']} and {flags['max']}" if "min" in flags else f"up to {flags['max']}"
    target = f" at {flags['cpu-percent']}% cpu" if "cpu-percent" in flags else ""
    return f"autoscale {name} {bounds}{target}"


def _set_env(name: str, rest: list[str], flags: Flags) -> str | None:
    del flags
    assigned = rest and all("=" in one and " " not in one for one in rest)
    return f"set {' and '.join(rest)} on {name}" if assigned else None


def _set_image(name: str, rest: list[str], flags: Flags) -> str | None:
    del flags
    image = rest[0].partition("=")[2] if len(rest) == 1 else ""
    return f"set the image of {name} to {image}" if image else None


_VERBS: Mapping[tuple[str, ...], Callable[[str, list[str], Flags], str | None]] = {
    ("scale",): _scale,
    ("autoscale",): _autoscale,
    ("rollout", "restart"): _restart,
    ("rollout", "undo"): _undo,
    ("set", "env"): _set_env,
    ("set", "image"): _set_image,
}
