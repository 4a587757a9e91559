"""The one program that a simulated pod really runs: it tries connections and reports them.

A pod labelled `hexaops.dev/probe` names what it tries in `PROBE_TARGETS`. Whether a connection succeeds follows from
the cluster as it stands: the Service and its port, a ready endpoint, and the NetworkPolicies of both ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from simulator.store import Object, Store
from simulator.world.objects import labels_of
from simulator.world.selectors import matches

LABEL, VARIABLE = "hexaops.dev/probe", "PROBE_TARGETS"
_POLICIES = "networkpolicies.networking.k8s.io"
_SLICES = "endpointslices.discovery.k8s.io"


def tries(pod: Object) -> bool:
    """Whether the pod is such a program."""
    return LABEL in labels_of(pod)


def report(store: Store, pod: Object) -> str:
    """A line for each target: `open HOST:PORT` or `closed HOST:PORT`."""
    env = pod["spec"]["containers"][0].get("env") or ()
    targets = next((str(one.get("value") or "") for one in env if one["name"] == VARIABLE), "").split()
    return "\n".join(f"{'open' if _connects(store, pod, target) else 'closed'} {target}" for target in targets)


def _connects(store: Store, pod: Object, target: str) -> bool:
    host, _, port = target.rpartition(":")
    service = _service(store, pod, host)
    ports = [one for one in (service or {}).get("spec", {}).get("ports") or () if str(one["port"]) == port]
    if service is None or not ports:
        return False
    if host.endswith(".svc") and not _asks_dns(store, pod):
        return False
    ready = _ready_pods(store, service)
    return any(_allowed(store, pod, backend, str(ports[0].get("targetPort") or port)) for backend in ready)


def _service(store: Store, pod: Object, host: str) -> Object | None:
    """The Service by its cluster address or its DNS name."""
    if host.replace(".", "").isdigit() or ":" in host:
        return next((one for one in store.list("services") if one["spec"].get("clusterIP") == host), None)
    name, _, rest = host.partition(".")
    namespace = rest.partition(".")[0] or pod["metadata"]["namespace"]
    return store.find("services", namespace, name)


def _ready_pods(store: Store, service: Object) -> list[Object]:
    namespace, name = service["metadata"]["namespace"], service["metadata"]["name"]
    names = [
        (endpoint.get("targetRef") or {}).get("name", "")
        for piece in store.list(_SLICES, namespace)
        if labels_of(piece).get("kubernetes.io/service-name") == name
        for endpoint in piece.get("endpoints") or ()
        if (endpoint.get("conditions") or {}).get("ready")
    ]
    return [found for one in names if one and (found := store.find("pods", namespace, one)) is not None]


def _asks_dns(store: Store, pod: Object) -> bool:
    servers = [one for one in store.list("pods", "kube-system") if labels_of(one).get("k8s-app") == "kube-dns"]
    egress = _policies(store, pod, "Egress")
    return not egress or any(
        _lets(store, policy, "egress", "to", server, "53") for policy in egress for server in servers
    )


def _allowed(store: Store, source: Object, target: Object, port: str) -> bool:
    egress, ingress = _policies(store, source, "Egress"), _policies(store, target, "Ingress")
    out = not egress or any(_lets(store, one, "egress", "to", target, port, target) for one in egress)
    return out and (not ingress or any(_lets(store, one, "ingress", "from", source, port, target) for one in ingress))


def _policies(store: Store, pod: Object, direction: str) -> list[Object]:
    """The policies that select the pod for a direction."""
    return [
        policy
        for policy in store.list(_POLICIES, pod["metadata"]["namespace"])
        if direction in (policy["spec"].get("policyTypes") or ("Ingress",))
        and matches(policy["spec"].get("podSelector") or {}, labels_of(pod))
    ]


def _lets(
    store: Store, policy: Object, section: str, key: str, peer: Object, port: str, target: Object | None = None
) -> bool:
    return any(
        _port_fits(rule.get("ports"), port, target) and _peer_fits(store, policy, rule.get(key), peer)
        for rule in policy["spec"].get(section) or ()
    )


def _port_fits(ports: Iterable[Mapping[str, Any]] | None, port: str, target: Object | None) -> bool:
    if not ports:
        return True
    named = {
        str(one.get("name")): str(one["containerPort"])
        for container in (target or {}).get("spec", {}).get("containers") or ()
        for one in container.get("ports") or ()
    }
    numbers = {port, named.get(port, port)}
    return any("port" not in one or named.get(str(one["port"]), str(one["port"])) in numbers for one in ports)


def _peer_fits(store: Store, policy: Object, peers: Iterable[Mapping[str, Any]] | None, other: Object) -> bool:
    if not peers:
        return True
    home, away = policy["metadata"]["namespace"], other["metadata"]["namespace"]
    for peer in peers:
        if "ipBlock" in peer:
            continue  # addresses of pods are not told by blocks here
        space = peer.get("namespaceSelector")
        if space is None and home != away:
            continue
        if space is not None:
            labels = {
                "kubernetes.io/metadata.name": away,
                **labels_of(store.find("namespaces", "", away) or {"metadata": {}}),
            }
            if not matches(space, labels):
                continue
        selector = peer.get("podSelector")
        if selector is None or matches(selector, labels_of(other)):
            return True
    return False
