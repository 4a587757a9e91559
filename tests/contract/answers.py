"""The body that every error has, whatever its code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

REQUEST_ID_HEADER = "X-Request-Id"
CODE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
UNAVAILABLE = {"AI_SERVICE_UNAVAILABLE", "UPSTREAM_UNAVAILABLE"}
"""Codes of a planned 503."""


def error_problems(body: Any, headers: Mapping[str, str]) -> list[str]:
    """What an error answer lacks: code, message, details, and the request's id in body and header."""
    if not isinstance(body, dict) or not isinstance(body.get("error"), dict):
        return [f"no error object: {str(body)[:200]}"]
    error, problems = body["error"], []
    if not isinstance(error.get("code"), str) or CODE.fullmatch(error["code"]) is None:
        problems.append(f"error.code: {error.get('code')!r}")
    if not isinstance(error.get("message"), str) or not error["message"].strip():
        problems.append(f"error.message: {error.get('message')!r}")
    if not isinstance(error.get("details"), dict):
        problems.append(f"error.details: {error.get('details')!r}")
    request_id = body.get("request_id")
    if not request_id or request_id != headers.get(REQUEST_ID_HEADER):
        problems.append(f"request_id {request_id!r}, header {headers.get(REQUEST_ID_HEADER)!r}")
    return problems
