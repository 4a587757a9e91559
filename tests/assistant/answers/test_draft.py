"""Which lines of an answer are told from which evidence."""

from __future__ import annotations

from hexaops.assistant.answers.draft import Draft, Statement


def test_a_citation_stands_at_the_last_line_of_its_statement() -> None:
    draft = Draft()
    draft.statements[:] = [
        Statement(""), Statement("one", ("a",)), Statement("two\n- three", ("b", "c")), Statement(""),
        Statement("four"), Statement("five", ("a",)),
    ]  # fmt: skip
    lines = draft.content.splitlines()
    told = [(lines[line], evidence) for line, evidence in draft.citations]
    assert told == [("one", ("a",)), ("- three", ("b", "c")), ("five", ("a",))]
