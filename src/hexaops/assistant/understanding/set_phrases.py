"""Set phrases, found by their first words: a message is asked for hundreds of them at each of its words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hexaops.assistant.understanding.items import Item, words_at

Phrase = tuple[str, ...]


class SetPhrases:
    """Phrases, in the order in which they are tried."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_first: dict[str, list[Phrase]] = {}
        self._longest = 0
        for phrase in phrases:
            words = tuple(phrase.split())
            self._by_first.setdefault(words[0], []).append(words)
            self._longest = max(self._longest, len(words))

    def at(self, items: Sequence[Item], position: int) -> Sequence[Phrase]:
        """Those that are said from there on."""
        known = self._by_first.get(next(iter(words_at(items, position, self._longest)), ""), ())
        return [words for words in known if words_at(items, position, len(words)) == words]
