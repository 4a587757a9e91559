"""Sends generated requests to every operation of a served OpenAPI and judges the answers.

The cases are seeded, so that a failure comes again; each failure is printed as a curl command.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from tests.contract.answers import UNAVAILABLE, error_problems

STRATEGIES = 3
"""Ways to make an operation's requests: valid, invalid, valid in the live workspace."""
MOST_ROUNDS = 40
KEPT = {"DELETE /internal/v1/workspaces/{workspace_id}", "PATCH /internal/v1/workspaces/{workspace_id}"}
"""Operations that get no live workspace: the other cases need it."""
ACT = "/api/v1/workspaces/{workspace_id}/aiops/actions"
ACTIONS = ("restart_application", "scale_application", "start_application", "stop_application", "reboot")
Case = Any
Operation = Any
Send = Callable[[Case], Any]


@dataclass
class Fuzz:
    """Sends cases and keeps what failed."""

    call: Send
    """Sends one case with the credentials of its API."""
    targets: Callable[[], Mapping[str, str]] = dict
    """Live values of path parameters, asked for before each operation's cases: a case may have removed one."""
    sent: int = 0
    failures: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)

    def run(self, operations: Sequence[Operation], *, cases: int) -> None:
        """Round after round with another seed, until as many cases were sent; each operation as often, once at least.

        Operations that have few possible requests send fewer in a round; the later rounds make up for them.
        """
        share = max(1, cases // (len(operations) * STRATEGIES))
        for number, operation in product(range(MOST_ROUNDS), operations):
            if number and self.sent >= cases:
                return
            for strategy in _strategies(operation, self.targets()):
                left = max(cases - self.sent, 0 if number else 1)
                if left > 0:
                    self._run_round(strategy, number=number, cases=min(left, share))

    def _run_round(self, strategy: st.SearchStrategy[Case], *, number: int, cases: int) -> None:
        """One seeded run of one strategy; a route that nothing negative can be sent to has none."""

        @seed(number)
        @settings(
            max_examples=cases,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategy)
        def run(case: Case) -> None:
            self._send(case)

        try:
            run()
        except Unsatisfiable:
            return

    def _send(self, case: Case) -> None:
        answer = self.call(case)
        self.sent += 1
        self.statuses[answer.status_code] += 1
        self.operations[case.operation.label] += 1
        problems = answer_problems(answer)
        if problems:
            self.failures.append(f"{answer.status_code} {problems}\n{case.as_curl_command()}")


def answer_problems(answer: Any) -> list[str]:
    """An error must have the error body; above 499 only a planned 503 may come."""
    if answer.status_code < 400:
        return []
    try:
        body = answer.json()
    except ValueError:
        return [f"{answer.status_code} is not JSON"]
    problems = error_problems(body, {name.title(): values[0] for name, values in answer.headers.items()})
    planned = answer.status_code == 503 and not problems and body["error"]["code"] in UNAVAILABLE
    if answer.status_code >= 500 and not planned:
        problems.append(f"unplanned: {str(body)[:300]}")
    return problems


def operations_of(schema: Any) -> list[Operation]:
    """Every operation of a loaded schema that ends by itself."""
    found = [result.ok() for result in schema.get_all_operations()]
    return [operation for operation in found if not operation.path.endswith("/logs/tail")]


def _strategies(operation: Operation, targets: Mapping[str, str]) -> Iterator[st.SearchStrategy[Case]]:
    modes = schemathesis.GenerationMode
    yield operation.as_strategy(modes.POSITIVE)
    live = {name: value for name, value in targets.items() if f"{{{name}}}" in operation.path}
    if operation.label in KEPT or not live:
        yield operation.as_strategy(modes.NEGATIVE)
        return
    yield operation.as_strategy(modes.NEGATIVE, path_parameters=live)
    valid = operation.as_strategy(modes.POSITIVE, path_parameters=live)
    if operation.label == f"POST {ACT}" and "application_id" in targets:
        valid = st.builds(_act, valid, st.sampled_from(ACTIONS), st.just(targets["application_id"]))
    yield valid


def _act(case: Case, action: str, application_id: str) -> Case:
    """An action that exists on an application that exists: what is generated beside them reaches the planning."""
    case.body["action"] = action
    case.body["parameters"]["application_id"] = application_id
    return case
