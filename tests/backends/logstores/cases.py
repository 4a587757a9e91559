"""Random lines and queries out of a small world, so that they meet; and miners that need no learning."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from hexaops.backends.logstores.base import LogQuery
from hexaops.backends.logstores.lines import LEVELS, LogLine
from hexaops.backends.logstores.query.tree import And, Equals, HasLevel, Node, Not, Or, Text
from hexaops.backends.logstores.templates import Template

NOON_US = 1_769_860_800_000_000
"""2026-01-31T12:00:00Z."""
HOUR_US = 3_600_000_000
WORDS = ("error", "database", "connection", "conn", "timeout", "api", "service", "straße", "x9", "ws", "info", "日志")
SEPARATORS = (" ", " ", " ", "-", "_", ".", ": ", '="', "\n")
COMPONENTS = ("api-service", "database", "Api-Service", "worker")
WORKSPACES = ("ws-1", "ws-2", "ws-3")
CODES = ("connection_timeout", "E9")


def one_of(*values: str) -> st.SearchStrategy[str]:
    """One of them."""
    return st.sampled_from(values)


@st.composite
def messages(draw: st.DrawFn) -> str:
    """A few words with all sorts of things between them."""
    words = draw(st.lists(one_of(*WORDS, "ERROR", "Connection", "conn42"), max_size=6))
    return "".join(word + draw(one_of(*SEPARATORS)) for word in words)


lines = st.builds(
    LogLine,
    time_us=st.integers(-30, 30).map(lambda hours: NOON_US + hours * HOUR_US) | st.integers(NOON_US, NOON_US + 5),
    level=st.sampled_from(LEVELS),
    message=messages(),
    component=one_of(*COMPONENTS),
    pod=one_of("", "api-1", "api-2", "db.0"),
    workspace_id=one_of(*WORKSPACES),
    trace_id=st.none() | one_of("t1", "t2"),
    metadata=st.just({}) | st.fixed_dictionaries({"error_code": one_of(*CODES), "n": st.integers(0, 3)}),
)

texts = st.builds(
    Text,
    words=st.lists(one_of("error", "database", "connection", "api", "service", "strasse", "日志", "timeout"),
                   min_size=1, max_size=3).map(tuple),
    message_only=st.booleans(),
) | st.builds(
    Text,
    words=st.lists(one_of("co", "conn", "er", "serv", "x9", "database", "日"), min_size=1, max_size=2).map(tuple),
    prefix=st.just(True),
    message_only=st.booleans(),
)  # fmt: skip
equals = st.builds(
    Equals, field=one_of("component", "pod", "trace_id", "error_code"), prefix=st.booleans(),
    value=one_of(*COMPONENTS, "api-1", "ap", "db.", "t1", *CODES, "connection_", "nothing"),
)  # fmt: skip
nodes: st.SearchStrategy[Node] = st.recursive(
    texts | texts | equals | st.builds(HasLevel, level=st.sampled_from(LEVELS)),
    lambda children: (
        st.builds(Not, children)
        | st.lists(children, min_size=2, max_size=3).map(lambda found: And(tuple(found)))
        | st.lists(children, min_size=2, max_size=3).map(lambda found: Or(tuple(found)))
    ),
    max_leaves=8,
)
queries = st.builds(
    LogQuery,
    expression=st.none() | nodes,
    start_us=st.integers(-40, 0).map(lambda hours: NOON_US + hours * HOUR_US),
    end_us=st.integers(1, 40).map(lambda hours: NOON_US + hours * HOUR_US) | st.just(NOON_US + 3),
    workspaces=st.none() | st.frozensets(one_of(*WORKSPACES)),
    levels=st.just(frozenset()) | st.frozensets(st.sampled_from(LEVELS), max_size=2),
    components=st.just(frozenset()) | st.frozensets(one_of(*COMPONENTS), max_size=2),
    limit=st.integers(1, 8),
    newest_first=st.booleans(),
)


def line(message: str, *, time_us: int = NOON_US, **fields: object) -> LogLine:
    """A line whose other fields do not matter."""
    given: dict[str, object] = {"level": "info", "component": "api-service", "pod": "api-1", "workspace_id": "ws-1"}
    return LogLine(time_us=time_us, message=message, **{**given, **fields})  # type: ignore[arg-type] # as given


def query(expression: Node | None = None, **fields: object) -> LogQuery:
    """Everything within two days around noon."""
    given: dict[str, object] = {
        "expression": expression, "start_us": NOON_US - 24 * HOUR_US, "end_us": NOON_US + 24 * HOUR_US,
        "workspaces": None,
    }  # fmt: skip
    return LogQuery(**{**given, **fields})  # type: ignore[arg-type] # as given


class FirstWordMiner:
    """The first word of a message is its template."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self._found: dict[int, Template] = {}

    def assign(self, workspace_id: str, message: str) -> int:
        text = first_word(message)
        number = self._numbers.setdefault((workspace_id, text), len(self._numbers) + 1)
        self._found[number] = Template(number, workspace_id, text)
        return number

    def assign_all(self, workspace_ids: Sequence[str], messages: Sequence[str]) -> list[int]:
        return [self.assign(*one) for one in zip(workspace_ids, messages, strict=True)]

    def find(self, number: int) -> Template | None:
        return self._found.get(number)

    def restore(self, template: Template) -> None:
        self._numbers[template.workspace_id, template.text] = template.number
        self._found[template.number] = template


def first_word(message: str) -> str:
    """What FirstWordMiner takes for the template."""
    return next(iter(message.split()), "")


def stored_order(found: Sequence[LogLine]) -> list[LogLine]:
    """As the embedded engine numbers lines that are stored at once: by day, then as they came."""
    return sorted(found, key=lambda one: one.time_us // (24 * HOUR_US))
