"""kubectl commands that only look, typed with or without the word kubectl: "get po -n shop", "top nodes", "svc too".

A message is one of them when nothing else stands in it; it becomes the sentence that asks the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hexaops.assistant.understanding.normalise import word_set

_PODS, _NODES = word_set("po pod pods"), word_set("no node nodes")
_WORKLOADS = word_set(
    "deploy deploys deployment deployments deployment.apps deployments.apps sts statefulset statefulsets ds daemonset "
    "daemonsets rs replicaset replicasets"
)
_OTHERS = {
    **dict.fromkeys(("svc", "svcs"), "services"),
    **dict.fromkeys(("ing", "ingress", "ingresses"), "ingresses"),
    **dict.fromkeys(("cm", "configmap", "configmaps"), "config maps"),
    **dict.fromkeys(("pvc", "pvcs"), "volumes"),
    **dict.fromkeys(("cj", "cronjob", "cronjobs"), "cron jobs"),
    **dict.fromkeys(("ns", "namespace", "namespaces"), "namespaces"),
}
_ALONE = word_set("svc svcs deploys sts ds rs ing cm pvc pvcs cj")
"""Short words that nobody uses for anything else."""
_EVENTS = word_set("ev event events")
_BESIDE = word_set("too also and please pls then")
_POINTS = word_set("it that them this these those")
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")
_IGNORED = frozenset({"-A", "--all-namespaces", "-w", "--watch", "--show-labels"})


def looking(words: Sequence[str]) -> str | None:
    """The sentence of the command that these words are; None when they are none."""
    left = [word for word in words if word.lower() not in _BESIDE] if len(words) < 4 else [*words]
    if len(left) == 1 and left[0] in _ALONE:
        return _getting(left, None)
    parsed = _parsed(left)
    if parsed is None:
        return None
    plain, place = parsed
    match plain:
        case ["get", *rest] if rest:
            return _getting(rest, place)
        case ["top", *rest] if rest:
            return _measuring(rest, place)
        case _:
            return None


def _parsed(words: Sequence[str]) -> tuple[list[str], str | None] | None:
    """Words without flags, and the namespace; None where a flag is none of these."""
    plain: list[str] = []
    place: str | None = None
    left = [*words]
    while left:
        word = left.pop(0)
        if word in _IGNORED:
            continue
        if word.startswith("-o") and (len(word) > 2 or left):
            left = left if len(word) > 2 else left[1:]
        elif word in ("-n", "--namespace", "--sort-by") and left:
            value = left.pop(0)
            place = place if word == "--sort-by" else value
        elif word.startswith(("--namespace=", "-n=")):
            place = word.partition("=")[2]
        elif word.startswith("-"):
            return None
        else:
            plain.append(word)
    return plain, place


def _named(rest: Sequence[str]) -> str | None:
    """ " of cart", of "cart" or "for it"; empty where nothing follows, None where it is no name."""
    rest = [word for word in rest if word not in ("for", "of")]
    if not rest:
        return ""
    return f" of {rest[0]}" if len(rest) == 1 and (rest[0] in _POINTS or _NAME.fullmatch(rest[0])) else None


def _getting(words: Sequence[str], place: str | None) -> str | None:
    kind, slash, name = words[0].lower().partition("/")
    named = _named([name, *words[1:]] if slash else words[1:])
    if named is None:
        return None
    where = f" in the {place} project" if place else ""
    if kind in _PODS:
        return f"show the status of the pods{named}{where}"
    if kind in _NODES:
        return f"show the nodes{named}" if not named else f"show the status of node {named.removeprefix(' of ')}"
    if kind in _EVENTS:
        return f"show the events{named}{where}"
    if named:
        return None
    if kind in _WORKLOADS:
        return f"list the applications{where}"
    return f"list the {_OTHERS[kind]}{where}" if kind in _OTHERS else None


def _measuring(words: Sequence[str], place: str | None) -> str | None:
    named = _named(words[1:])
    if named is None:
        return None
    where = f" in the {place} project" if place else ""
    if words[0] in _PODS:
        return f"cpu and memory usage now{named}{where}" if named or where else "cpu and memory usage of the pods now"
    if words[0] in _NODES:
        return f"cpu and memory usage now{named or ' of the nodes'}"
    return None
