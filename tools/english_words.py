"""Makes the list of English words with their parts of speech: `python -m tools.english_words`.

The words come from LemmInflect (MIT), whose tables hold the NIH's SPECIALIST lexicon with all inflected forms. Stored
are only a hash and a byte of flags a word: enough to know that a word is spelt right and what it can be.
"""

from __future__ import annotations

import gzip
import sys
from collections import defaultdict
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from hexaops.kit.english import ADJECTIVE, ADVERB, BASE, FILE, NOUN, PAST, PROGRESSIVE, THIRD, key

HERE = Path(__file__).parents[1]
STORED = HERE / "src" / "hexaops" / "kit" / FILE
_FORMS = (PAST, PAST, PROGRESSIVE, THIRD)
"""The columns of a verb: past, past participle, progressive, third person."""
_OTHER = {"noun": NOUN, "propn": NOUN, "adj": ADJECTIVE, "adv": ADVERB}


def read_words(folder: Path) -> dict[str, int]:
    """Word → flags."""
    words: dict[str, int] = defaultdict(int)
    for base, kind, forms in _rows(folder / "infl_lu.csv.gz"):
        words[base] |= BASE if kind == "verb" else _OTHER.get(kind, 0)
        for place, options in enumerate(forms.split(",") if kind == "verb" else [forms]):
            for form in options.split("/"):
                words[form] |= _FORMS[place] if kind == "verb" else _OTHER.get(kind, 0)
    for form, kind, lemmas in _rows(folder / "lemma_lu.csv.gz"):
        words[form] |= _OTHER.get(kind, 0)
        for lemma in lemmas.split("/"):
            words[lemma] |= BASE if kind in ("verb", "aux") else _OTHER.get(kind, 0)
    return {word.lower(): flags for word, flags in words.items() if word.isalpha() and word.isascii()}


def _rows(path: Path) -> Iterator[tuple[str, str, str]]:
    for line in gzip.decompress(path.read_bytes()).decode().splitlines():
        word, kind, rest = line.split(",", 2)
        yield word, kind, rest


def main() -> int:
    """Write the file."""
    found = find_spec("lemminflect")
    if found is None or found.origin is None:
        print("Needs lemminflect: make install-dev")
        return 2
    flags: dict[int, int] = defaultdict(int)
    for word, flag in read_words(Path(found.origin).parent / "resources").items():
        flags[key(word)] |= flag
    keys = sorted(flags)
    np.savez_compressed(
        STORED,
        keys=np.array(keys, dtype=np.uint32),
        flags=np.array([flags[one] for one in keys], dtype=np.uint8),
    )
    print(f"{STORED.name}: {len(keys)} words, {STORED.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
