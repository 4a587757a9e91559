"""Access reviews: what the table of rules says about a user, or about who asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from simulator.server.access import Access, Attributes, Rule, User
from simulator.server.bodies import decode_typed
from simulator.server.call import Call, not_allowed, not_served
from simulator.server.negotiation import answer_object
from simulator.status import Cause, Invalid

Object = dict[str, Any]
GROUP, VERSION = "authorization.k8s.io", "v1"
REVIEWS = {
    "selfsubjectaccessreviews": ("SelfSubjectAccessReview", False),
    "selfsubjectrulesreviews": ("SelfSubjectRulesReview", False),
    "subjectaccessreviews": ("SubjectAccessReview", False),
}
"""Plural → kind and whether it is namespaced."""


@dataclass(frozen=True)
class Reviewer:
    """Answers access reviews."""

    access: Access

    async def create(self, call: Call) -> Response:
        """Review what the body asks about."""
        if call.place.plural not in REVIEWS:
            raise not_served()
        if call.request.method != "POST" or call.place.name:
            raise not_allowed()
        kind, _ = REVIEWS[call.place.plural]
        body = decode_typed(call, f"{GROUP}/{VERSION}", kind)
        spec = body.get("spec") or {}
        if kind == "SelfSubjectRulesReview":
            status = self._rules(call.user)
            spec = {}
        else:
            status = self._decide(call.user, spec, kind)
        answer = {"kind": kind, "apiVersion": f"{GROUP}/{VERSION}", "metadata": {}, "spec": spec, "status": status}
        return await answer_object(call.request, answer, status=201)

    def _decide(self, caller: User, spec: Object, kind: str) -> Object:
        resource, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
        if (resource is None) == (path is None):
            raise _invalid(
                "spec.resourceAttributes",
                "null",
                "exactly one of nonResourceAttributes or resourceAttributes must be specified",
            )
        user = caller
        if kind == "SubjectAccessReview":
            if not (spec.get("user") or spec.get("groups")):
                raise _invalid("spec.user", '""', "at least one of user or group must be specified")
            user = User(spec.get("user") or "", tuple(spec.get("groups") or ()))
        if resource is None:
            wanted = Attributes((path or {}).get("verb", ""), path=(path or {}).get("path", ""))
        else:
            part = resource.get("subresource")
            plural = resource.get("resource", "")
            wanted = Attributes(
                resource.get("verb", ""),
                resource.get("group", ""),
                f"{plural}/{part}" if part else plural,
                resource.get("namespace", ""),
                resource.get("name", ""),
            )
        return {"allowed": self.access.allows(user, wanted)}

    def _rules(self, user: User) -> Object:
        return {
            "resourceRules": [_resource_rule(rule) for rule in self.access.rules_of(user)],
            "nonResourceRules": [],
            "incomplete": False,
        }


def _resource_rule(rule: Rule) -> Object:
    return {"verbs": list(rule.verbs), "apiGroups": list(rule.groups), "resources": list(rule.resources)}


def _invalid(field: str, value: str, why: str) -> Invalid:
    return Invalid("", GROUP, "", [Cause(field, f"Invalid value: {value}: {why}")])
