"""Which words are English and what they can be, by the list that redaction asks too."""

from hexaops.kit.english import (
    ADJECTIVE,
    ADVERB,
    BASE,
    NOUN,
    PAST,
    PROGRESSIVE,
    THIRD,
    is_english,
    parts_of_speech,
)

__all__ = ["ADJECTIVE", "ADVERB", "BASE", "NOUN", "PAST", "PROGRESSIVE", "THIRD", "is_english", "parts_of_speech"]
