"""What is wrong with a query's text, and where."""

from __future__ import annotations

from hexaops.errors import HexaopsError


class InvalidLogQueryError(HexaopsError):
    """Syntax error in a log query; `details` says where and what was expected."""

    code = "INVALID_LOG_QUERY"
    status = 400

    def __init__(self, problem: str, *, position: int, expected: str) -> None:
        details = {"field": "query.text", "position": position, "expected": expected}
        super().__init__(f"The log query cannot be read at position {position}: {problem}", details=details)
        self.position = position
        self.expected = expected
