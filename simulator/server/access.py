"""Who calls and what they may do: bearer tokens, and a small table of rules by user or group.

The rules have the shape of RBAC (verbs, groups, resources with subresources, namespaces), so that reader and writer
identities differ as they do on a real cluster, and so that access reviews answer what the server would do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.status import StatusError

MASTERS = "system:masters"
AUTHENTICATED = "system:authenticated"


@dataclass(frozen=True)
class User:
    """Who a token belongs to."""

    name: str
    groups: tuple[str, ...] = ()


ANONYMOUS = User("system:anonymous", ("system:unauthenticated",))


@dataclass(frozen=True)
class Attributes:
    """The requested access; `resource` includes the subresource after a slash. A path is a non-resource request."""

    verb: str
    group: str = ""
    resource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""


@dataclass(frozen=True)
class Rule:
    """Allows verbs on resources; `*` is any. `namespaces` None is everywhere, cluster-scoped objects included."""

    verbs: tuple[str, ...]
    resources: tuple[str, ...] = ("*",)
    groups: tuple[str, ...] = ("*",)
    namespaces: tuple[str, ...] | None = None

    def allows(self, wanted: Attributes) -> bool:
        """Whether the rule allows it."""
        if wanted.path or not (_has(self.verbs, wanted.verb) and _has(self.groups, wanted.group)):
            return False
        if self.namespaces is not None and wanted.namespace not in self.namespaces:
            return False
        _, slash, subresource = wanted.resource.partition("/")
        return _has(self.resources, wanted.resource) or bool(slash and f"*/{subresource}" in self.resources)


def _has(allowed: tuple[str, ...], wanted: str) -> bool:
    return "*" in allowed or wanted in allowed


READ = ("get", "list", "watch")
READER_RULES = (Rule(READ),)
"""Sees everything, changes nothing."""
WRITER_RULES = (
    Rule(READ),
    Rule(("create", "update", "patch", "delete", "deletecollection"), ("*",), ("*",)),
)
"""Sees and changes everything."""
_REVIEWS = Rule(("create",), ("selfsubjectaccessreviews", "selfsubjectrulesreviews"), ("authorization.k8s.io",))
_OPEN_PATHS = ("/healthz", "/livez", "/readyz", "/version")
_DISCOVERY_PATHS = ("/api", "/apis", "/openapi", *_OPEN_PATHS)


class Access:
    """Tokens of users, and rules by the name of a user or group; the rules are read at each request, so that rights can
    be given and taken while it runs."""

    def __init__(self, users: Mapping[str, User], rules: Mapping[str, Sequence[Rule]] | None = None) -> None:
        self._users = dict(users)
        self._rules = {} if rules is None else rules

    def authenticate(self, authorization: str) -> User:
        """The user of an `Authorization` header; anonymous without one. Raises 401 for an unknown token."""
        scheme, _, token = authorization.partition(" ")
        if not authorization:
            return ANONYMOUS
        found = self._users.get(token.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            raise StatusError(401, "Unauthorized", "Unauthorized")
        return User(found.name, (*found.groups, AUTHENTICATED))

    def rules_of(self, user: User) -> tuple[Rule, ...]:
        """The rules that hold for a user."""
        granted = [_REVIEWS] if AUTHENTICATED in user.groups else []
        if MASTERS in user.groups:
            granted.insert(0, Rule(("*",)))
        for subject in (user.name, *user.groups):
            granted.extend(self._rules.get(subject, ()))
        return tuple(granted)

    def allows(self, user: User, wanted: Attributes) -> bool:
        """Whether a user may do something."""
        if wanted.path:
            paths = _DISCOVERY_PATHS if AUTHENTICATED in user.groups else _OPEN_PATHS
            known = any(wanted.path == path or wanted.path.startswith(f"{path}/") for path in paths)
            return MASTERS in user.groups or known
        return any(rule.allows(wanted) for rule in self.rules_of(user))

    def check(self, user: User, wanted: Attributes) -> None:
        """Raises 403 in the real server's words when a user may not do something."""
        if not self.allows(user, wanted):
            raise forbidden(user, wanted)


def forbidden(user: User, wanted: Attributes) -> StatusError:
    """The refusal of the real server's RBAC."""
    if wanted.path:
        message = f'forbidden: User "{user.name}" cannot {wanted.verb} path "{wanted.path}"'
        return StatusError(403, "Forbidden", message, details={})
    plural = wanted.resource.partition("/")[0]
    qualified = f"{plural}.{wanted.group}" if wanted.group else plural
    named = f'{qualified} "{wanted.name}"' if wanted.name else qualified
    scope = f'in the namespace "{wanted.namespace}"' if wanted.namespace else "at the cluster scope"
    message = (
        f'{named} is forbidden: User "{user.name}" cannot {wanted.verb} resource "{wanted.resource}" '
        f'in API group "{wanted.group}" {scope}'
    )
    details = {"name": wanted.name, "group": wanted.group, "kind": plural}
    return StatusError(403, "Forbidden", message, details={key: value for key, value in details.items() if value})
