"""The matcher finds every kind of deviation; each case here is a bug that it must not let through."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.matching import compare, general, matches
from tools.contract.shapes import shape_of

EXAMPLE: dict[str, Any] = {
    "data": {
        "action_id": "action_789",
        "status": "completed",
        "started_at": "2024-01-20T15:35:00Z",
        "duration": "28s",
        "pods": [{"name": "web-1", "ready": True, "restarts": 0, "cpu_usage": 45, "age": "2d5h"}],
        "memory": "24Gi",
        "replicas": "3/3",
        "by_level": {"error": 35, "warning": 12},
        "steps": [
            {"step": "validate", "status": "completed", "duration": "2s"},
            {"step": "restart", "status": "pending", "estimated_duration": "15s"},
        ],
    }
}
DOCUMENTED = shape_of(EXAMPLE, path="answer")


def _data(body: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = body["data"]
    return data


def _parent(body: dict[str, Any], path: str) -> tuple[Any, str | int]:
    """What holds the value at a path such as `pods.0.name`, and its key there."""
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    target: Any = _data(body)
    for part in parents:
        target = target[part]
    return target, last


def _set(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """A change of the example: another value at the path."""

    def change(body: dict[str, Any]) -> None:
        target, key = _parent(body, path)
        target[key] = value

    return change


def _drop(path: str, *, to: str | None = None) -> Callable[[dict[str, Any]], None]:
    """A change of the example: the key is missing, or renamed."""

    def change(body: dict[str, Any]) -> None:
        target, key = _parent(body, path)
        value = target.pop(key)
        if to is not None:
            target[to] = value

    return change


def _changed(change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    body = copy.deepcopy(EXAMPLE)
    change(body)
    return body


def test_the_example_matches_itself() -> None:
    assert matches(DOCUMENTED, EXAMPLE) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (_drop("action_id"), "data.action_id: missing"),
        (_drop("action_id", to="actionId"), "data.action_id: missing"),
        (_drop("pods.0.ready"), "data.pods[0].ready: missing"),
        (_drop("steps.0.duration"), "data.steps[0].duration: missing"),
        (_drop("steps.1.estimated_duration"), "data.steps[1].estimated_duration: missing"),
        (_set("action_id", "op-1"), "does not begin with"),
        (_set("action_id", ""), "not written as a id"),
        (_set("status", 3), "number where the document has a string"),
        (_set("status", "All done"), "not written as a word"),
        (_set("started_at", "yesterday"), "not written as a time"),
        (_set("started_at", "2024-01-20T15:35:00"), "not written as a time"),
        (_set("started_at", "2024-13-20T15:35:00Z"), "not written as a time"),
        (_set("duration", 28), "number where the document has a string"),
        (_set("duration", "28 seconds"), "not written as a duration"),
        (_set("duration", ""), "not written as a duration"),
        (_set("pods", {}), "object where the document has an array"),
        (_set("pods.0", "web-1"), "string where the document has an object"),
        (_set("pods.0.ready", "true"), "string where the document has a boolean"),
        (_set("pods.0.ready", 1), "number where the document has a boolean"),
        (_set("pods.0.restarts", True), "boolean where the document has a number"),
        (_set("pods.0.restarts", 0.5), "whole number"),
        (_set("pods.0.restarts", "0"), "string where the document has a number"),
        (_set("pods.0.cpu_usage", float("nan")), "a number that JSON does not have"),
        (_set("pods.0.cpu_usage", -1), "is below 0"),
        (_set("memory", "24 GB"), "not written as a quantity"),
        (_set("replicas", "3 of 3"), "not written as a fraction"),
        (_set("by_level.error", "35"), "string where the document has a number"),
        (_set("by_level", []), "array where the document has a map"),
        (_set("memory", None), "data.memory: null without a reason"),
        (_set("pods", None), "data.pods: null without a reason"),
    ],
)
def test_a_deviation_is_a_problem(change: Callable[[dict[str, Any]], None], problem: str) -> None:
    problems = matches(DOCUMENTED, _changed(change))
    assert len(problems) == 1
    assert problem in problems[0]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(_set("more", {"of": "ours"}), id="extra key"),
        pytest.param(_set("pods.0.node", "worker-1"), id="extra key in a list"),
        pytest.param(_set("pods.0.cpu_usage", 45.2), id="broken number for a whole example"),
        pytest.param(_set("pods.0.restarts", 2.0), id="whole number written with a point"),
        pytest.param(_set("by_level", {"fatal": 1}), id="other keys of a map"),
        pytest.param(_set("duration", "15d 4h 23m"), id="longer duration"),
        pytest.param(_set("status", "failed"), id="other word"),
        pytest.param(_set("steps.0", {"step": "validate", "status": "skipped"}), id="undocumented status"),
        pytest.param(_set("started_at", "2024-01-20T15:35:00.123+00:00"), id="time with fraction"),
        pytest.param(_set("pods", []), id="empty list"),
    ],
)
def test_what_is_allowed(change: Callable[[dict[str, Any]], None]) -> None:
    assert matches(DOCUMENTED, _changed(change)) == []


@pytest.mark.parametrize("reason_path", ["pods[0].cpu_usage", "pods[].cpu_usage"])
def test_a_null_with_its_reason_is_reported_and_no_problem(reason_path: str) -> None:
    body = _changed(_set("pods.0.cpu_usage", None))
    _data(body)["reasons"] = {reason_path: "no metrics of this pod"}
    report = compare(DOCUMENTED, body)
    assert report.problems == []
    assert report.nulls == {"pods[].cpu_usage"}


@pytest.mark.parametrize("reasons", [{"pods[0].cpu_usage": ""}, {"pods[1].cpu_usage": "why"}, ["why"], None])
def test_a_null_needs_its_own_reason(reasons: Any) -> None:
    body = _changed(_set("pods.0.cpu_usage", None))
    _data(body)["reasons"] = reasons
    assert "null without a reason" in matches(DOCUMENTED, body)[0]


def test_empty_lists_are_reported() -> None:
    assert compare(DOCUMENTED, _changed(_set("pods", []))).empties == {"pods"}


@pytest.mark.parametrize("body", [None, [], "text", 3, {}, {"error": {}}])
def test_another_body_is_a_problem(body: Any) -> None:
    assert matches(DOCUMENTED, body) != []


def test_what_one_role_has_is_not_asked_of_another() -> None:
    messages = [{"role": "user"}, {"role": "assistant", "metadata": {"actions_taken": ["look"]}}]
    documented = shape_of({"data": {"messages": messages}}, path="answer")
    asked = {"role": "user", "metadata": {"intent": "status_query"}}
    assert matches(documented, {"data": {"messages": [asked]}}) == []
    answered = {**asked, "role": "assistant"}
    assert matches(documented, {"data": {"messages": [answered]}}) == [
        "data.messages[0].metadata.actions_taken: missing"
    ]


def test_general_path() -> None:
    assert general("pods[3].ports[10].name") == "pods[].ports[].name"
