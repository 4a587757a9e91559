"""From the names in a clause to entities: one, several to choose from, excluded ones, or a name nobody has.

For a change, candidates within 0.12 of the best are a question to the person; for a reading, within 0.05. The same
plain name in two namespaces has the same score, so it is always a question unless the namespace is said.
"""

from __future__ import annotations

from msgspec import Struct

from hexaops.assistant.understanding import names
from hexaops.assistant.understanding.english import is_english
from hexaops.assistant.understanding.inventory import Candidate, KnownEntity, NameIndex, split_name
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.loose import find_loosely
from hexaops.assistant.understanding.model import Ambiguity, Dialogue, Resolved, UnknownName
from hexaops.assistant.understanding.normalise import word_set

MARGIN_FOR_CHANGES, MARGIN_FOR_READS = 0.12, 0.05
LEAST_SCORE_FOR_CHANGES = 0.75
_ARTICLES = frozenset({"the", "my", "our", "a", "an", "your"})
_IN = frozenset({"in", "from", "within", "inside", "namespace", "project", "ns", "n", "on", "across", "under"})
_POINTING = word_set("it that this them those these both they its")
_SEVERAL = word_set("them those these both they")
_KINDS = {"deployment": "Deployment", "statefulset": "StatefulSet", "daemonset": "DaemonSet", "sts": "StatefulSet"}


class Found(Struct, frozen=True):
    """What the names of one clause mean."""

    targets: tuple[Resolved, ...] = ()
    excluded: tuple[Resolved, ...] = ()
    ambiguous: tuple[Ambiguity, ...] = ()
    unknown: tuple[UnknownName, ...] = ()
    namespace: str | None = None
    workload_kind: str | None = None


class _Placed(Struct, frozen=True):
    position: int
    mention: str
    candidates: tuple[Candidate, ...]
    excluded: bool


def find_targets(
    items: tuple[Item, ...], index: NameIndex, *, for_change: bool, start: int = 0, within: str | None = None
) -> Found:
    """Entities of the clause.

    `start` is where the objects begin, for names that nobody has; `within` is the namespace said just before.
    """
    namespaces = _namespaces(items, for_change=for_change)
    kind = next((_KINDS[i.lemma] for i in items if i.lemma in _KINDS and not i.word.endswith("ts")), None)
    targets: list[Resolved] = []
    excluded: list[Resolved] = []
    ambiguous: list[Ambiguity] = []
    unknown: list[UnknownName] = []
    for placed in _placed(items, set(namespaces)):
        namespace = _namespace_for(placed.position, namespaces) or within
        candidates = _filtered(placed.candidates, namespace, kind)
        if not candidates:
            unknown.append(UnknownName(f"{placed.mention} in {namespace}", placed.candidates[:3]))
            continue
        picked = _pick(placed.mention, candidates, for_change=for_change)
        if (
            isinstance(picked, Ambiguity)
            and len(picked.candidates) == 2
            and _word_before(items, placed.position) in ("both", "two")
        ):
            targets += [Resolved(c.entity, placed.mention, c.score) for c in picked.candidates]
            continue
        if for_change and isinstance(picked, Resolved) and _is_vague(items, placed.position, picked):
            picked = Ambiguity(placed.mention, candidates)
        if isinstance(picked, Ambiguity):
            ambiguous.append(picked)
        elif all(
            picked.entity.id != other.entity.id for other in (excluded if placed.excluded else (*targets, *excluded))
        ):
            (excluded if placed.excluded else targets).append(picked)
    targets = [target for target in targets if all(target.entity.id != other.entity.id for other in excluded)]
    ids = {target.entity.id for target in targets}
    ambiguous = [said for said in ambiguous if not {candidate.entity.id for candidate in said.candidates} <= ids]
    known = bool(targets or ambiguous or unknown)
    unknown.extend(_unknown_names(items, index, start, for_change=for_change, known=known))
    one = next(iter(namespaces.values()), None) if namespaces else within
    if len(set(namespaces.values())) > 1 and not (targets or ambiguous or unknown):
        places = {place for item in items if item.mention for place in item.mention.candidates}
        targets = [Resolved(c.entity, c.entity.name, 1.0) for c in places if c.entity.name in set(namespaces.values())]
        targets = sorted((t for t in targets if t.entity.kind == "project"), key=lambda t: t.entity.name)
        one = None
    if not for_change and one is None and not (targets or ambiguous or unknown):
        loosely, one = find_loosely(items, index)
        targets = [Resolved(entity, entity.name, names.WORD_OF, "loose") for entity in loosely]
    return Found(tuple(targets), tuple(excluded), tuple(ambiguous), tuple(unknown), one, kind)


def _namespaces(items: tuple[Item, ...], *, for_change: bool) -> dict[int, str]:
    """Position → namespace, for mentions that stand for a namespace."""
    found: dict[int, str] = {}
    for position, item in enumerate(items):
        if item.mention is None or _word_before(items, position) in ("not", "never"):
            continue
        projects = [c.entity for c in item.mention.candidates if c.entity.kind == "project"]
        others = [c.score for c in item.mention.candidates if c.entity.kind != "project"]
        is_one = not others or (not for_change and max(others) < 1)
        after = items[position + 1] if position + 1 < len(items) else None
        said_so = _word_before(items, position) in _IN or bool(after and "project" in after.tags)
        if projects and (said_so or is_one):
            found[position] = projects[0].name
    return found


def _may_be_place(item: Item) -> bool:
    """The very name of a project, and a part of an application's: "restart ingest" may mean either."""
    return item.mention is not None and any(c.entity.kind == "project" for c in item.mention.candidates)


def _is_vague(items: tuple[Item, ...], position: int, picked: Resolved) -> bool:
    return picked.score < 1 and (_may_be_place(items[position]) or _says_only_what(items, position, picked))


def _says_only_what(items: tuple[Item, ...], position: int, picked: Resolved) -> bool:
    """ "the store", where it is feature-store: the noun alone says what kind of thing it is, not which."""
    said, pieces = items[position].word, split_name(picked.entity.name)
    after_article = position > 0 and items[position - 1].word in _ARTICLES
    return after_article and len(pieces) > 1 and pieces[-1] in (said, said.removesuffix("s"))


def _word_before(items: tuple[Item, ...], position: int) -> str:
    position -= 1
    while position >= 0 and (items[position].word in _ARTICLES or items[position].word == "("):
        position -= 1
    return items[position].word if position >= 0 else ""


def _namespace_for(position: int, namespaces: dict[int, str]) -> str | None:
    """The first namespace said after the name, else the last one before it."""
    after = [p for p in namespaces if p > position]
    if after:
        return namespaces[min(after)]
    return namespaces[max(namespaces)] if namespaces else None


def _placed(items: tuple[Item, ...], taken: set[int]) -> list[_Placed]:
    placed: list[_Placed] = []
    excluding = False
    for position, item in enumerate(items):
        if "except" in item.tags and (position == 0 or item.word != "but" or _all_before(items, position)):
            excluding = True
        if item.mention is None or position in taken:
            continue
        not_this = _word_before(items, position) in ("not", "never")
        candidates = tuple(c for c in item.mention.candidates if c.entity.kind != "project") or item.mention.candidates
        placed.append(_Placed(position, item.mention.text, candidates, excluding or not_this))
    return placed


def _all_before(items: tuple[Item, ...], position: int) -> bool:
    return any("everything" in item.tags for item in items[:position])


def _filtered(candidates: tuple[Candidate, ...], namespace: str | None, kind: str | None) -> tuple[Candidate, ...]:
    if namespace is not None:
        candidates = tuple(
            c for c in candidates if not c.entity.namespace or c.entity.namespace.lower() == namespace.lower()
        )
    fitting = tuple(c for c in candidates if kind is not None and c.entity.workload_kind == kind)
    return fitting or candidates


def _pick(mention: str, candidates: tuple[Candidate, ...], *, for_change: bool) -> Resolved | Ambiguity:
    best = candidates[0]
    margin = MARGIN_FOR_CHANGES if for_change else MARGIN_FOR_READS
    rivals = tuple(c for c in candidates if c.score > best.score - margin and _competes(c.entity, best.entity))
    unsure = for_change and best.score < LEAST_SCORE_FOR_CHANGES
    if len(rivals) > 1 or unsure:
        return Ambiguity(mention, rivals[:5])
    return Resolved(best.entity, mention, best.score)


def _competes(entity: KnownEntity, best: KnownEntity) -> bool:
    """An application does not compete with a namespace or node of the same name."""
    return entity.kind == best.kind


_OF_KEYS = frozenset({"label", "labels", "labelled", "labeled", "annotation", "annotations"})
"""After these stands a key, no name."""


def _unknown_names(
    items: tuple[Item, ...], index: NameIndex, start: int, *, for_change: bool, known: bool
) -> list[UnknownName]:
    found: list[UnknownName] = []
    run: list[Item] = []
    before = ""
    for position, item in enumerate((*items[start:], Item("", "", is_mark=True))):
        if (item.is_unknown or (for_change and item.is_foreign)) and not is_english(item.word):
            if not run:
                before = items[start + position - 1].word if start + position else ""
            run.append(item)
            continue
        if run and _is_name(run, before, item, for_change=for_change, known=known):
            text = " ".join(part.text for part in run)
            found.append(UnknownName(text, names.suggestions(index, text)))
        run = []
    return found[:5]


def _is_name(run: list[Item], before: str, after: Item, *, for_change: bool, known: bool) -> bool:
    if not for_change and all(item.text[0].isdigit() and item.text.isalnum() for item in run):
        return False  # "over 300ms"
    if not for_change and before in _OF_KEYS:
        return False  # "with the label app.kubernetes.io/part-of=shop"
    if any(item.looks_like_name for item in run):
        return True
    beside_noun = "app" in after.tags or before in ("app", "application", "service", "deployment", "called", "named")
    joined = before in ("and", "or", ",") and known
    return beside_noun or (for_change and (joined or not known)) or (not known and before in ("of", "for"))


def points_back(items: tuple[Item, ...]) -> str | None:
    """The pronoun (or "the app") that stands in place of a name, or None."""
    for position, item in enumerate(items):
        if item.word in _POINTING and not _is_conjunction(items, position):
            return item.word
        if "pronoun" in item.tags and item.word.startswith(("both of", "all of", "each of")):
            return "them"
        singular = item.word in ("app", "application", "service", "deployment", "one")
        if singular and position and items[position - 1].word in ("the", "that", "this", "same", "my"):
            return "it"
    return None


def all_of_those(items: tuple[Item, ...]) -> bool:
    """ "restart them all": all of what was spoken of, not all that there is."""
    wide = [position for position, item in enumerate(items) if "everything" in item.tags]
    return bool(wide) and all(p and items[p].word == "all" and items[p - 1].word in _SEVERAL | {"it"} for p in wide)


def _is_conjunction(items: tuple[Item, ...], position: int) -> bool:
    """ "everything that is failing": no pronoun."""
    if items[position].word != "that" or not position:
        return False
    before = items[position - 1]
    return bool("everything" in before.tags or before.tags & {"app", "pod", "whole"})


def from_context(pointer: str, context: tuple[KnownEntity, ...], *, mention: str) -> Found:
    """What a pronoun means: the one entity spoken of, all of them for "them", else a question."""
    if not context:
        return Found()
    if len(context) == 1 or pointer in _SEVERAL:
        return Found(targets=tuple(Resolved(entity, mention, 0.9, "dialogue") for entity in context))
    return Found(ambiguous=(Ambiguity(mention, tuple(Candidate(entity, 0.5) for entity in context[:5])),))


def context_of(dialogue: Dialogue, index: NameIndex, before: tuple[Resolved, ...]) -> tuple[KnownEntity, ...]:
    """Applications, pods or nodes spoken of before: in this message, else in the last turn."""
    if before:
        return tuple(resolved.entity for resolved in before)
    known = (index.by_id.get(identity) for identity in dialogue.last_entities)
    return tuple(entity for entity in known if entity is not None and entity.kind in ("application", "pod", "node"))


def focus_of(dialogue: Dialogue, index: NameIndex) -> tuple[KnownEntity, ...]:
    """The applications that the session was opened about, as far as they exist."""
    known = (index.by_id.get(identity) for identity in dialogue.focus_applications)
    return tuple(entity for entity in known if entity is not None)
