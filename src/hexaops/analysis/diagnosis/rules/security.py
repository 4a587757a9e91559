"""Rights and pod settings that put data at risk; hygiene is `low`, open doors are not."""

from __future__ import annotations

from collections.abc import Iterator

from hexaops.analysis.diagnosis.model import Action, Evidence, FieldChange, Finding, Fix, Ref, Severity
from hexaops.analysis.diagnosis.objects import Obj, Raw, containers, items, mapping, spec_path, template_spec, text
from hexaops.analysis.diagnosis.snapshot import TEMPLATED, Index, Snapshot
from hexaops.kit.redaction import is_telling

SYSTEM = ("kube-system", "kube-public", "kube-node-lease")
_EVERYBODY = frozenset({"system:anonymous", "system:unauthenticated", "system:authenticated", "system:serviceaccounts"})
_NO_LOGIN = frozenset({"system:anonymous", "system:unauthenticated"})
_NAMED = 5
_HOST_FIELDS = ("hostPID", "hostIPC", "hostNetwork")
_GREAT_CAPABILITIES = frozenset({"ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "NET_ADMIN", "BPF"})
_SENSITIVE_PATHS = (
    "/var/run/docker.sock",
    "/run/containerd",
    "/var/run/crio",
    "/var/lib/kubelet",
    "/etc/kubernetes",
    "/proc",
    "/root",
)


def bindings(snapshot: Snapshot) -> Iterator[Finding]:
    """Bindings that give too much, or that name a role that does not exist."""
    for one in snapshot.each("RoleBinding", "ClusterRoleBinding"):
        if one.name.startswith("system:") or one.namespace in SYSTEM:
            continue
        role = Ref(
            one.text("roleRef", "kind"),
            one.namespace if one.text("roleRef", "kind") == "Role" else "",
            one.text("roleRef", "name"),
        )
        yield from _admin(one, role)
        yield from _anonymous(one, role)
        yield from _subject_missing(snapshot, one)
        found = snapshot.at(role)
        if found is None:
            if snapshot.has(role.kind) or role.kind == "Role":
                yield from _role_missing(one, role)
        elif role.name != "cluster-admin" and _allows_everything(found):
            yield Finding(
                "rbac-wildcard",
                one.ref,
                "it grants more than anything needs",
                f"{role.kind} {role.name} allows every verb on every resource (wildcard *)",
                Severity.LOW,
                (Evidence("spec", role, "verbs: *, resources: *"),),
            )


def _role_missing(one: Obj, role: Ref) -> Iterator[Finding]:
    yield Finding(
        "rbac-role-missing",
        one.ref,
        "the binding grants nothing",
        f"its {role.kind} {role.name} does not exist",
        Severity.MEDIUM,
        (Evidence("spec", one.ref, f"roleRef: {role.kind} {role.name}"),),
        Fix(Action.CREATE, role, f"Create {role.kind} {role.name}"),
    )


def _subject_missing(snapshot: Snapshot, one: Obj) -> Iterator[Finding]:
    for subject in one.items("subjects"):
        ref = Ref("ServiceAccount", text(subject, "namespace") or one.namespace, text(subject, "name"))
        known = any(account.namespace == ref.namespace for account in snapshot.of("ServiceAccount"))
        if text(subject, "kind") == "ServiceAccount" and known and snapshot.at(ref) is None:
            yield Finding(
                "rbac-subject-missing",
                one.ref,
                "the binding grants to nobody",
                f"its ServiceAccount {ref.name} does not exist in namespace {ref.namespace}",
                Severity.LOW,
                (Evidence("spec", one.ref, f"subject: ServiceAccount {ref.name}"),),
                Fix(Action.CREATE, ref, f"Create the ServiceAccount {ref.name}"),
                key=f"rbac-subject-missing {one.ref} {ref.name}",
            )


def _allows_everything(role: Obj) -> bool:
    return any(
        "*" in (rule.get("verbs") or []) and "*" in (rule.get("resources") or []) for rule in role.items("rules")
    )


def _admin(one: Obj, role: Ref) -> Iterator[Finding]:
    if role.name != "cluster-admin":
        return
    for subject in one.items("subjects"):
        name = text(subject, "name")
        everybody = name in _EVERYBODY or name.startswith("system:serviceaccounts:")
        default = text(subject, "kind") == "ServiceAccount" and name == "default"
        if not everybody and not default:
            yield from _account_admin(one, subject)
            continue
        who = (
            name
            if everybody
            else f"the default service account of {text(subject, 'namespace')}, which pods without one of "
            f"their own use,"
        )
        open_door = name in _NO_LOGIN
        severity = Severity.CRITICAL if open_door else Severity.HIGH if everybody else Severity.MEDIUM
        yield Finding(
            "rbac-cluster-admin",
            one.ref,
            "the whole cluster is open",
            f"{who} has cluster-admin",
            severity,
            (Evidence("spec", one.ref, f"subject {name}, role cluster-admin"),),
            Fix(Action.DELETE, one.ref, "Delete the binding, and grant only what is needed"),
        )


def _anonymous(one: Obj, role: Ref) -> Iterator[Finding]:
    """Rights for whoever reaches the API server; `cluster-admin` has its own words."""
    for subject in one.items("subjects"):
        name = text(subject, "name")
        if role.name == "cluster-admin" or role.name.startswith("system:") or name not in _NO_LOGIN:
            continue
        yield Finding(
            "rbac-anonymous",
            one.ref,
            "callers without a login have rights",
            f"{name} has the {role.kind} {role.name}",
            Severity.HIGH,
            (Evidence("spec", one.ref, f"subject {name}, role {role.name}"),),
            Fix(Action.DELETE, one.ref, "Delete the binding, and grant it to those who need it"),
            key=f"rbac-anonymous {one.ref} {name}",
        )


def _account_admin(one: Obj, subject: Raw) -> Iterator[Finding]:
    """A service account of its own with every right: whoever gets its token has the cluster."""
    namespace, name = text(subject, "namespace"), text(subject, "name")
    if text(subject, "kind") != "ServiceAccount" or namespace in SYSTEM or one.kind != "ClusterRoleBinding":
        return
    yield Finding(
        "rbac-cluster-admin",
        one.ref,
        "an account has every right in the cluster",
        f"ServiceAccount {name} of namespace {namespace} has cluster-admin",
        Severity.LOW,
        (Evidence("spec", one.ref, f"subject {name}, role cluster-admin"),),
        Fix(Action.DELETE, one.ref, "Delete the binding, and grant only what is needed"),
        key=f"rbac-cluster-admin {one.ref} {namespace}/{name}",
    )


def templates(snapshot: Snapshot) -> Iterator[Finding]:
    """What the templates of workloads ask for that they had better do without."""
    for one in snapshot.each(*TEMPLATED):
        if one.namespace not in SYSTEM and _stands_alone(snapshot, one):
            for check in (privileged, host_paths, host_namespaces, secrets_in_env):
                yield from check(one)


def _stands_alone(snapshot: Snapshot, one: Obj) -> bool:
    """Whether nothing controls it; of pods whose controller is not in the snapshot, one stands for all."""
    owner = one.controller()
    if not owner:
        return True
    above = Ref(text(owner, "kind"), one.namespace, text(owner, "name"))
    lone = one.kind == "Pod" and snapshot.at(above) is None and snapshot.leads(one, above)
    return lone and snapshot.workload(one) is one


def privileged(one: Obj) -> Iterator[Finding]:
    """Containers with all the rights of their node."""
    for container in containers(template_spec(one)):
        if mapping(container, "securityContext").get("privileged") is True:
            name = text(container, "name")
            fix = Fix.patched(
                one.ref,
                "Give only the capabilities that it needs",
                (FieldChange(f"{spec_path(one)}.containers[{name}].securityContext.privileged", True, False),),
            )
            yield Finding(
                "privileged-container",
                one.ref,
                f"container {name} may do everything on its node",
                f"securityContext.privileged is true in container {name}",
                Severity.LOW,
                (Evidence("spec", one.ref, f"container {name}: privileged"),),
                fix,
            )


def host_paths(one: Obj) -> Iterator[Finding]:
    """Mounts of the node's own files that give the node away."""
    for volume in items(template_spec(one), "volumes"):
        path = text(volume, "hostPath", "path")
        if path == "/" or path.startswith(_SENSITIVE_PATHS):
            yield Finding(
                "host-path",
                one.ref,
                "it can take over its node",
                f"it mounts the hostPath {path}",
                Severity.LOW,
                (Evidence("spec", one.ref, f"hostPath: {path}"),),
                key=f"host-path {one.ref} {path}",
            )


def host_namespaces(one: Obj) -> Iterator[Finding]:
    """Programs that share the namespaces of their node, or hold capabilities that amount to root there."""
    spec = template_spec(one)
    shared = [field for field in _HOST_FIELDS if spec.get(field) is True]
    added = {
        str(name).removeprefix("CAP_")
        for container in containers(spec)
        for name in mapping(container, "securityContext", "capabilities").get("add") or []
    }
    great = sorted(added & _GREAT_CAPABILITIES)
    if shared or great:
        has = [*(f"{field}: true" for field in shared), *(f"capability {name}" for name in great)]
        fields = [*shared, *(["containers[0].securityContext.capabilities.add"] if great else [])]
        yield Finding(
            "host-namespace",
            one.ref,
            "it can reach into its node",
            f"its pod template sets {', '.join(has)}",
            Severity.LOW,
            (Evidence("spec", one.ref, ", ".join(has)),),
            Fix.patched(
                one.ref,
                "Do without what it does not need",
                tuple(FieldChange(f"{spec_path(one)}.{field}", True, None) for field in fields),
            ),
        )


def secrets_in_env(one: Obj) -> Iterator[Finding]:
    """Secrets written into the pod template."""
    names = [
        text(entry, "name")
        for container in containers(template_spec(one))
        for entry in items(container, "env")
        if holds_secret(entry)
    ]
    if names:
        yield Finding(
            "secret-in-env",
            one.ref,
            "a secret stands in the pod template",
            f"{', '.join(names)} is set as plain text in the environment; use a Secret",
            Severity.LOW,
            (Evidence("spec", one.ref, f"env {', '.join(names)}: plain value"),),
        )


def holds_secret(entry: Raw) -> bool:
    """Whether an environment variable's value is a secret, by its name."""
    value = text(entry, "value")
    return (
        len(value) >= 6 and is_telling(text(entry, "name")) and not value.startswith(("/", "$(", "http://", "https://"))
    )


def _shares_account(one: Obj) -> tuple[str, ...]:
    """The namespace of a workload that runs as its default service account."""
    if one.namespace in SYSTEM or one.controller():
        return ()
    spec = template_spec(one)
    shares = (text(spec, "serviceAccountName") or "default") == "default"
    return (one.namespace,) if spec and shares and spec.get("automountServiceAccountToken") is not False else ()


_DEFAULT_ACCOUNT = Index("workloads by shared account", TEMPLATED, _shares_account, members_only=True)


def default_service_account(snapshot: Snapshot) -> Iterator[Finding]:
    """Pods that share the namespace's default service account, with its token mounted."""
    for namespace, group in snapshot.grouped(_DEFAULT_ACCOUNT):
        more = f" and {len(group) - _NAMED} more" if len(group) > _NAMED else ""
        names = ", ".join(str(one.ref) for one in group[:_NAMED]) + more
        yield Finding(
            "default-service-account",
            Ref("ServiceAccount", namespace, "default"),
            "pods share one identity",
            f"the default service account is used by {names}",
            Severity.LOW,
            tuple(Evidence("spec", one.ref, "serviceAccountName: default") for one in group),
        )


RULES = (bindings, templates, default_service_account)
