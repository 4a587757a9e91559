"""The change that would remove a cause, for rules whose finding names the object but makes no fix of its own.

A rule that is not here and makes no fix has none that Kubernetes could carry out: an error of the program itself, a
machine or a registry that is down, a quota of the cloud.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from hexaops.analysis.diagnosis.model import Action, FieldChange, Finding, Fix, Ref
from hexaops.analysis.diagnosis.objects import spec_path, text
from hexaops.analysis.diagnosis.snapshot import Snapshot

Maker = Callable[[Finding, Snapshot], Fix | None]


def _set(path: str, summary: str, current: str | bool | None = None, wanted: str | bool | None = None) -> Maker:
    """Set a field of the subject."""

    def make(finding: Finding, _snapshot: Snapshot) -> Fix:
        return Fix.patched(finding.subject, summary, (FieldChange(path, current, wanted),))

    return make


def _template(path: str, summary: str) -> Maker:
    """Set a field of the subject's pod template."""

    def make(finding: Finding, snapshot: Snapshot) -> Fix | None:
        one = snapshot.at(finding.subject)
        return Fix.patched(one.ref, summary, (FieldChange(f"{spec_path(one)}.{path}", None, None),)) if one else None

    return make


def _where(words: str, maker: Maker) -> Maker:
    """The fix where the cause holds these words."""
    return lambda finding, snapshot: maker(finding, snapshot) if words in finding.cause else None


def _delete(summary: str) -> Maker:
    def make(finding: Finding, _snapshot: Snapshot) -> Fix:
        return Fix(Action.DELETE, finding.subject, summary)

    return make


def _dns(finding: Finding, _snapshot: Snapshot) -> Fix | None:
    target = Ref("ConfigMap", finding.subject.namespace, finding.subject.name)
    change = FieldChange("data.Corefile", None, None)
    return Fix.patched(target, "Let it forward to a server outside the cluster", (change,))


def _issuer(finding: Finding, snapshot: Snapshot) -> Fix | None:
    one = snapshot.at(finding.subject)
    if one is None or "not found" not in finding.cause:
        return None
    kind = one.text("spec", "issuerRef", "kind") or "Issuer"
    issuer = Ref(kind, "" if kind == "ClusterIssuer" else one.namespace, one.text("spec", "issuerRef", "name"))
    return Fix(Action.CREATE, issuer, f"Create {kind} {issuer.name}, or name one that exists")


def _modes(finding: Finding, _snapshot: Snapshot) -> Fix | None:
    if "DataSource" in finding.cause:
        change = FieldChange("spec.dataSource", None, None)
        return Fix.patched(finding.subject, "Make the claim anew from a snapshot that exists", (change,))
    if "access mode" not in finding.cause:
        return None
    change = FieldChange("spec.accessModes", None, "ReadWriteOnce")
    return Fix.patched(finding.subject, "Make the claim anew with an access mode that the driver has", (change,))


def _provider_class(finding: Finding, _snapshot: Snapshot) -> Fix | None:
    name = text({"name": finding.cause.partition('csi.x-k8s.io "')[2].partition('"')[0]}, "name")
    if not name:
        return None
    missing = Ref("SecretProviderClass", finding.subject.namespace, name)
    return Fix(Action.CREATE, missing, f"Create the SecretProviderClass {name}")


def _terminating(finding: Finding, snapshot: Snapshot) -> Fix:
    down = [one.ref for one in snapshot.of("APIService") if one.condition("Available").get("status") == "False"]
    if down and "iscovery" in finding.cause:
        return Fix(Action.DELETE, down[0], "Delete the APIService if nothing serves it any more")
    change = FieldChange("spec.finalizers", "kubernetes", None)
    return Fix.patched(finding.subject, "Remove the finalizers of what is left in it", (change,))


def _evicted(finding: Finding, snapshot: Snapshot) -> Fix | None:
    one = snapshot.at(finding.subject)
    if one is None:
        return None
    path = "volumes" if "EmptyDir" in finding.cause else "containers[0].resources"
    field = f"{path}.emptyDir.sizeLimit" if path == "volumes" else f"{path}.requests"
    change = FieldChange(f"{spec_path(one)}.{field}", None, None)
    return Fix.patched(one.ref, "Request what it uses, or let it use less", (change,))


def _attached(finding: Finding, snapshot: Snapshot) -> Fix | None:
    one = snapshot.at(finding.subject)
    replicas = one.get("spec", "replicas") if one else None
    if one is not None and one.kind == "Deployment" and isinstance(replicas, int) and replicas > 1:
        change = FieldChange("spec.replicas", replicas, 1)
        return Fix(Action.SCALE, one.ref, "Run one replica, or use a volume that several nodes may mount", (change,))
    held = [item for item in snapshot.of("VolumeAttachment") if item.text("spec", "source", "persistentVolumeName")]
    named = [item.ref for item in held if item.text("spec", "source", "persistentVolumeName") in finding.cause]
    return Fix(Action.DELETE, named[0], "Detach the volume from the node that is gone") if named else None


def _definition(finding: Finding, _snapshot: Snapshot) -> Fix | None:
    found = re.search(r"CustomResourceDefinition ([\w.-]{1,253})", finding.cause)
    missing = Ref("CustomResourceDefinition", "", found[1]) if found else None
    return Fix(Action.CREATE, missing, f"Install the definition {missing.name}") if missing else None


def _csv(finding: Finding, snapshot: Snapshot) -> Fix | None:
    if "NoOperatorGroup" in finding.cause:
        group = Ref("OperatorGroup", finding.subject.namespace, finding.subject.namespace)
        return Fix(Action.CREATE, group, "Create an OperatorGroup in the namespace")
    return _definition(finding, snapshot)


def _route(finding: Finding, _snapshot: Snapshot) -> Fix | None:
    if "ostname" in finding.cause:
        return Fix.patched(
            finding.subject, "Match a listener of the Gateway", (FieldChange("spec.hostnames", None, None),)
        )
    if "NoMatchingParent" in finding.cause:
        change = FieldChange("spec.parentRefs[0].sectionName", None, None)
        return Fix.patched(finding.subject, "Name a listener of the Gateway", (change,))
    return None


def _metrics_server(_finding: Finding, snapshot: Snapshot) -> Fix | None:
    missing = Ref("Deployment", "kube-system", "metrics-server")
    return None if snapshot.at(missing) else Fix(Action.CREATE, missing, "Install metrics-server")


def _image_of(finding: Finding, snapshot: Snapshot) -> Fix | None:
    one = snapshot.at(finding.subject)
    change = FieldChange(f"{spec_path(one)}.containers[0].image", None, None) if one else None
    return Fix.patched(finding.subject, "Name an image that can be pulled", (change,)) if change else None


_CORDON = _set("spec.unschedulable", "Keep new pods away, and drain it, while the machine is repaired", False, True)

FIXES: dict[str, Maker] = {
    "certificate-not-issued": _issuer,
    "config-map-empty": _set("data", "Put in the data, or delete it"),
    "config-map-large": _set("data", "Split it"),
    "container-start": _template("containers[0].volumeMounts", "Correct the mount"),
    "cronjob-missed": _set("spec.startingDeadlineSeconds", "Count missed starts of a short time only", None, "200"),
    "daemonset-nowhere": _template("nodeSelector", "Correct the node selector, or label a node"),
    "default-service-account": _set(
        "automountServiceAccountToken",
        "Give each program that calls the API an account of its own, and mount no token of this one",
        wanted=False,
    ),
    "dns-loop": _dns,
    "evicted": _evicted,
    "gateway-class": _set("spec.gatewayClassName", "Name a class that a controller accepts"),
    "gateway-not-programmed": _where("onflict", _set("spec.listeners", "Give each listener a port or host of its own")),
    "host-path": _template("volumes", "Do without the hostPath"),
    "hpa-metric-missing": _set("spec.metrics", "Name a metric that is served, or serve it"),
    "metrics-api-down": _metrics_server,
    "hpa-conflict": _delete("Keep one autoscaler for the target"),
    "image-pull": _where("manifest.v1", _image_of),
    "registry-unreachable": _where("no such host", _image_of),
    "image-platform": _template("containers[0].image", "Set an image that is built for the node's architecture"),
    "ingress-conflict": _set("spec.rules", "Claim another path, or delete one of them"),
    "network-policy-nothing": _set("spec.podSelector", "Select pods that exist"),
    "network-policy-open": _set("spec.ingress", "Allow only what is needed"),
    "node-events": _CORDON,
    "node-missing": _template("nodeName", "Leave the choice of the node to the scheduler"),
    "node-network": _CORDON,
    "node-not-ready": _CORDON,
    "node-pressure": _CORDON,
    "node-problem": _CORDON,
    "namespace-terminating": _terminating,
    "olm-catalog": _set("spec.image", "Name a catalog image that can be pulled"),
    "olm-cluster-catalog": _set("spec.source.image.ref", "Name a catalog image that can be pulled"),
    "olm-csv": _csv,
    "olm-extension": _set("spec.source.catalog", "Name a package and version that a catalog has"),
    "olm-install-plan": _where("approv", _set("spec.approved", "Approve it", False, True)),
    "olm-operator-group": _delete("Keep one OperatorGroup in the namespace"),
    "olm-subscription": _set("spec.channel", "Name a channel that the catalog has"),
    "pdb-overlap": _delete("Keep one budget for these pods"),
    "pod-failed": _delete("Delete it, or run it again"),
    "port-forbidden": _template(
        "containers[0].securityContext.capabilities.add", "Listen above 1023, or add NET_BIND_SERVICE"
    ),
    "provisioning-failed": _modes,
    "rbac-wildcard": _set("roleRef", "Grant only what is needed"),
    "registry-rate-limit": _template("imagePullSecrets", "Pull with an account, or from a mirror"),
    "route-backend": _set("spec.rules", "Name a Service and port that exist"),
    "route-refused": _route,
    "secret-in-env": _template("containers[0].env", "Read it from a Secret"),
    "service-selector": _set("spec.selector", "Select pods that exist"),
    "tls-secret": _where("tls.key", _set("spec.tls", "Name a Secret with a certificate and its key")),
    "volume-failed": _where("Recycle", _set("spec.persistentVolumeReclaimPolicy", "Keep it", "Recycle", "Retain")),
    "volume-attach": _attached,
    "volume-mount": _provider_class,
}
"""By rule."""


def fix_of(finding: Finding, snapshot: Snapshot) -> Fix | None:
    """The finding's own fix, else the one of its rule."""
    maker = FIXES.get(finding.rule)
    return finding.fix or (maker(finding, snapshot) if maker else None)
