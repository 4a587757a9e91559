"""Lines cleaned as a batch are what each would be alone."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hexaops.backends.logstores.cleaning import LONGEST_MESSAGE, clean_line, clean_lines
from hexaops.backends.logstores.lines import LogLine
from tests.backends.logstores.cases import line

_SECRET = "password=Xk29fjQ81mZz"
_texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", "a\nb\tc", "\x1b[31mred\x1b[0m", "zero\0byte", _SECRET, "x" * (LONGEST_MESSAGE + 1), "Grüße, ΣΑΣ"]
    ),
)
_values = st.one_of(st.none(), st.booleans(), st.integers(), _texts, st.lists(_texts, max_size=2))
_metadata = st.dictionaries(
    st.sampled_from(["name", "value", "password", "error_code", "duration_ms", "a\0b"]), _values, max_size=4
)
_lines = st.builds(
    line, _texts, component=_texts, pod=_texts, metadata=_metadata,
    trace_id=st.one_of(st.none(), st.sampled_from(["0f" * 16, "t\x1b[1m1", _SECRET])),
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(_lines, max_size=20))
def test_a_batch_is_cleaned_like_each_of_its_lines(lines: list[LogLine]) -> None:
    assert clean_lines(lines) == [clean_line(one) for one in lines]


def test_lines_without_anything_to_clean_are_not_made_again() -> None:
    lines = [line("all is well", metadata={"duration_ms": 5, "error_code": "E-1"}, trace_id="0f" * 16)] * 20
    assert all(one is other for one, other in zip(clean_lines(lines), lines, strict=True))
