"""Which kinds a diagnosis reads: whole objects, because rules look at fields that the watch cache does not keep.

Secrets are never read, and ConfigMaps never listed: they hold what an operator would not want copied here. What the
rules conclude from the absence of such an object is left out then (`analysis.diagnosis.catalog.NEEDS`).
"""

from __future__ import annotations

from collections.abc import Mapping

from hexaops.backends.kubernetes.kinds import KINDS, WATCHED_KINDS, Kind

NEVER: Mapping[str, str] = {
    "Secret": "Secrets are never read",
    "ConfigMap": "ConfigMaps are never listed",
}
"""Kinds that the rules know and that are not asked for."""
ESSENTIAL = frozenset({"Pod"})
"""Without these nothing can be told."""

_STORAGE, _RBAC, _HOOKS = "storage.k8s.io", "rbac.authorization.k8s.io", "admissionregistration.k8s.io"
_GATEWAY, _OLM, _OLM1 = "gateway.networking.k8s.io", "operators.coreos.com", "olm.operatorframework.io"

BUILT_IN: tuple[Kind, ...] = (
    *(KINDS[kind] for kind in WATCHED_KINDS),
    KINDS["NetworkPolicy"],
    Kind("IngressClass", "networking.k8s.io", "v1", "ingressclasses", namespaced=False),
    Kind("LimitRange", "", "v1", "limitranges"),
    Kind("PersistentVolume", "", "v1", "persistentvolumes", namespaced=False),
    Kind("StorageClass", _STORAGE, "v1", "storageclasses", namespaced=False),
    Kind("VolumeAttachment", _STORAGE, "v1", "volumeattachments", namespaced=False),
    Kind("Role", _RBAC, "v1", "roles"),
    Kind("RoleBinding", _RBAC, "v1", "rolebindings"),
)
"""Every cluster serves them."""
OF_THE_CLUSTER: tuple[Kind, ...] = (
    Kind("ClusterRole", _RBAC, "v1", "clusterroles", namespaced=False),
    Kind("ClusterRoleBinding", _RBAC, "v1", "clusterrolebindings", namespaced=False),
    Kind("ValidatingWebhookConfiguration", _HOOKS, "v1", "validatingwebhookconfigurations", namespaced=False),
    Kind("MutatingWebhookConfiguration", _HOOKS, "v1", "mutatingwebhookconfigurations", namespaced=False),
    Kind("APIService", "apiregistration.k8s.io", "v1", "apiservices", namespaced=False),
)
"""Read for a workspace that has the whole cluster: they are nobody else's business."""
EXTENSIONS: tuple[Kind, ...] = (
    Kind("GatewayClass", _GATEWAY, "v1", "gatewayclasses", namespaced=False),
    Kind("Gateway", _GATEWAY, "v1", "gateways"),
    Kind("HTTPRoute", _GATEWAY, "v1", "httproutes"),
    Kind("GRPCRoute", _GATEWAY, "v1", "grpcroutes"),
    Kind("ReferenceGrant", _GATEWAY, "v1beta1", "referencegrants"),
    Kind("Certificate", "cert-manager.io", "v1", "certificates"),
    Kind("Issuer", "cert-manager.io", "v1", "issuers"),
    Kind("ClusterIssuer", "cert-manager.io", "v1", "clusterissuers", namespaced=False),
    Kind("CatalogSource", _OLM, "v1alpha1", "catalogsources"),
    Kind("ClusterServiceVersion", _OLM, "v1alpha1", "clusterserviceversions"),
    Kind("InstallPlan", _OLM, "v1alpha1", "installplans"),
    Kind("Subscription", _OLM, "v1alpha1", "subscriptions"),
    Kind("OperatorGroup", _OLM, "v1", "operatorgroups"),
    Kind("ClusterCatalog", _OLM1, "v1", "clustercatalogs", namespaced=False),
    Kind("ClusterExtension", _OLM1, "v1", "clusterextensions", namespaced=False),
)
"""Asked for where the cluster serves their API group; their absence is normal."""
