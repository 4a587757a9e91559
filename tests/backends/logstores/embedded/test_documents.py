"""Documents are JSON that is put together from texts: whatever a line says, it is read back as it was meant."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hexaops.backends.logstores.embedded.documents import Documents
from hexaops.backends.logstores.embedded.schema import TIE_BITS, Keys, term_of
from hexaops.backends.logstores.lines import LEVELS, LogLine
from hexaops.backends.logstores.words import separated, words_of

DAY_US = 1_769_817_600_000_000
TEXTS = st.text(st.sampled_from('aZ9ßİ日" \\\n\t\0\x1f\x7f\u2028/'), max_size=12)
LINES = st.builds(
    LogLine,
    time_us=st.integers(DAY_US, DAY_US + 5),
    level=st.sampled_from(LEVELS),
    message=TEXTS,
    component=TEXTS,
    pod=TEXTS,
    workspace_id=TEXTS,
    trace_id=st.none() | TEXTS,
    metadata=st.just({}) | st.fixed_dictionaries({"error_code": st.none() | st.integers() | TEXTS}),
)


def expected(line: LogLine, number: int, template: int, own: Keys) -> dict[str, Any]:
    """The document of a line."""
    keys = [f"workspace={line.workspace_id}"]
    if own is Keys.APART:
        keys += [f"level={line.level}", f"in={line.workspace_id}/{line.level}"]
    elif line.level != "info":
        keys.append(f"in={line.workspace_id}/{line.level}")
        if own is Keys.JOINED and line.level in {"warning", "error"}:
            keys.append(f"in={line.workspace_id}/raised")
    if line.pod:
        keys.append(f"pod={line.pod}")
    if line.error_code:
        keys += [f"error_code={line.error_code}", f"code={' '.join(words_of(line.error_code))}"]
    if line.trace_id:
        keys.append(f"trace_id={line.trace_id}")
    return {
        "message": separated(line.message), "component": line.component, "level": LEVELS.index(line.level),
        "keys": " ".join(term_of(key, own) for key in keys) if own is Keys.JOINED else keys,
        "order": (line.time_us - DAY_US) << TIE_BITS | number, "template": template,
    }  # fmt: skip


@pytest.mark.parametrize("own", [Keys.APART, Keys.FEW, Keys.JOINED])
@settings(deadline=None)
@given(st.lists(LINES, min_size=1, max_size=6))
def test_documents_say_what_their_lines_say(own: Keys, lines: list[LogLine]) -> None:
    documents = Documents(DAY_US, own)
    for _ in range(2):  # the second time out of what was remembered
        found = documents.of(lines, range(7, 7 + len(lines)), 5)
        wanted = [expected(line, number, number + 2, own) for number, line in enumerate(lines, 5)]
        assert [json.loads(one) for one in found] == wanted
