"""The default scenario's applications: the documents' own world, as data.

Twelve applications in three namespaces. What the documents say of one (image, requests, percentages of limits,
ports) is kept; the others fill the picture.
"""

from __future__ import annotations

from typing import Any

from simulator.world.meters import Traffic
from simulator.world.scenarios.manifests import App, claim_template
from simulator.world.usage import Load

_MI, _GI = 2.0**20, 2.0**30
_SHARED = {"name": "backups", "persistentVolumeClaim": {"claimName": "database-app-backups"}}
_SETTINGS = {
    "DATABASE_HOST": "database-app.data.svc.cluster.local",
    "CACHE_HOST": "cache-service.data.svc.cluster.local",
}

WEB_APP = App("frontend", "web-app", "nginx:1.21.6", 3, ("100m", "128Mi"), ("500m", "512Mi"), scraped=True)
ADMIN_PORTAL = App(
    "frontend", "admin-portal", "shop/admin-portal:1.9.2", 1, ("50m", "64Mi"), ("200m", "256Mi"), scraped=True
)
API_SERVICE = App(
    "backend",
    "api-service",
    "shop/api-service:2.4.1",
    2,
    ("200m", "256Mi"),
    ("500m", "512Mi"),
    environment=_SETTINGS,
    scraped=True,
)
WORKER_APP = App(
    "backend",
    "worker-app",
    "shop/worker-app:3.1.0",
    1,
    ("200m", "256Mi"),
    ("500m", "1Gi"),
    environment=_SETTINGS,
    config_map="worker-settings",
)
BACKGROUND_WORKER = App(
    "backend", "background-worker", "shop/background-worker:1.4.7", 1, ("500m", "2Gi"), ("1", "2Gi")
)
PAYMENT_SERVICE = App(
    "backend", "payment-service", "shop/payment-service:4.0.3", 2, ("200m", "256Mi"), ("600m", "512Mi"), scraped=True
)
NOTIFICATION_SERVICE = App(
    "backend",
    "notification-service",
    "shop/notification-service:1.2.0",
    2,
    ("100m", "128Mi"),
    ("300m", "256Mi"),
    scraped=True,
)
DATABASE_APP = App(
    "data",
    "database-app",
    "postgres:15.4",
    3,
    ("500m", "3Gi"),
    ("2", "4Gi"),
    port=5432,
    volumes=({"name": "replica-state", "emptyDir": {}}, _SHARED),
    mounts=(
        {"name": "replica-state", "mountPath": "/var/lib/postgresql/data"},
        {"name": "backups", "mountPath": "/backups"},
    ),
)
CACHE_SERVICE = App("data", "cache-service", "redis:7.0.12", 1, ("250m", "12Gi"), ("1", "12Gi"), port=6379)
SEARCH_ENGINE = App(
    "data",
    "search-engine",
    "shop/search-engine:8.1.0",
    2,
    ("300m", "2Gi"),
    ("1", "3Gi"),
    kind="StatefulSet",
    port=9200,
    mounts=({"name": "index", "mountPath": "/var/lib/search"},),
    claim_templates=(claim_template("index", "20Gi"),),
    scraped=True,
)
MESSAGE_QUEUE = App(
    "data",
    "message-queue",
    "rabbitmq:3.12.6",
    3,
    ("200m", "1Gi"),
    ("1", "2Gi"),
    kind="StatefulSet",
    port=5672,
    mounts=({"name": "queues", "mountPath": "/var/lib/rabbitmq"},),
    claim_templates=(claim_template("queues", "10Gi"),),
)
LOG_COLLECTOR = App(
    "data",
    "log-collector",
    "fluent/fluent-bit:2.1.10",
    4,
    ("50m", "100Mi"),
    ("200m", "200Mi"),
    kind="DaemonSet",
    port=2020,
    tolerations=({"operator": "Exists"},),
)
APPS = (
    CACHE_SERVICE,
    DATABASE_APP,
    SEARCH_ENGINE,
    MESSAGE_QUEUE,
    LOG_COLLECTOR,
    BACKGROUND_WORKER,
    WEB_APP,
    API_SERVICE,
    PAYMENT_SERVICE,
    WORKER_APP,
    NOTIFICATION_SERVICE,
    ADMIN_PORTAL,
)

SYSTEM_APPS = (
    App(
        "kube-system",
        "coredns",
        "registry.k8s.io/coredns/coredns:v1.13.1",
        2,
        ("100m", "70Mi"),
        ("500m", "170Mi"),
        port=53,
        part_of="kubernetes",
    ),
    App(
        "kube-system",
        "metrics-server",
        "registry.k8s.io/metrics-server/metrics-server:v0.9.0",
        1,
        ("100m", "200Mi"),
        ("500m", "400Mi"),
        port=10250,
        part_of="kubernetes",
    ),
    App(
        "kube-system",
        "kube-proxy",
        "registry.k8s.io/kube-proxy:v1.36.3",
        4,
        ("50m", "64Mi"),
        ("200m", "128Mi"),
        kind="DaemonSet",
        port=10249,
        part_of="kubernetes",
        tolerations=({"operator": "Exists"},),
    ),
)

LOADS: dict[tuple[str, str], Load] = {
    ("frontend", "web-app"): Load(3 * 0.5 * 0.35, 512 * _MI * 0.45),
    ("frontend", "admin-portal"): Load(0.2 * 0.12, 256 * _MI * 0.34),
    ("backend", "api-service"): Load(2 * 0.5 * 0.28, 512 * _MI * 0.52),
    ("backend", "worker-app"): Load(0.5 * 0.42, 1024 * _MI * 0.38),
    ("backend", "background-worker"): Load(0.06, 2 * _GI * 0.14),
    ("backend", "payment-service"): Load(2 * 0.2 * 0.66, 512 * _MI * 0.41),
    ("backend", "notification-service"): Load(2 * 0.3 * 0.2, 256 * _MI * 0.48),
    ("data", "database-app"): Load(2 * 2 * 0.36, 4 * _GI * 0.62),
    ("data", "cache-service"): Load(0.31, 12 * _GI * 0.71),
    ("data", "search-engine"): Load(2 * 0.27, 3 * _GI * 0.57),
    ("data", "message-queue"): Load(3 * 0.18, 2 * _GI * 0.33),
    ("data", "log-collector"): Load(4 * 0.05, 200 * _MI * 0.44),
}
"""Chosen so that percentages of the limits are the documents': web-app 35/45, api-service 28/52, worker-app 42/38."""

VOICES: dict[tuple[str, str], str] = {
    ("frontend", "web-app"): "nginx",
    ("frontend", "admin-portal"): "nginx",
    ("backend", "api-service"): "api",
    ("backend", "worker-app"): "worker",
    ("backend", "background-worker"): "idle",
    ("backend", "payment-service"): "payments",
    ("backend", "notification-service"): "notifications",
    ("data", "database-app"): "postgres",
    ("data", "cache-service"): "redis",
    ("data", "search-engine"): "search",
    ("data", "message-queue"): "rabbit",
    ("data", "log-collector"): "collector",
    ("data", "nightly-backup"): "backup",
}

_DATABASE, _API = ("data", "database-app"), ("backend", "api-service")
TRAFFIC: dict[tuple[str, str], Traffic] = {
    ("frontend", "web-app"): Traffic(145.0, 0.125, needs=(_DATABASE,)),
    ("frontend", "admin-portal"): Traffic(1.6, 0.09),
    ("backend", "api-service"): Traffic(88.0, 0.06, spread=0.5, needs=(_DATABASE,)),
    ("backend", "payment-service"): Traffic(9.0, 0.18, spread=0.5, error_ratio=0.002),
    ("backend", "notification-service"): Traffic(5.0, 0.045),
    ("data", "search-engine"): Traffic(21.0, 0.03, spread=0.6),
}
"""web-app's figures are the documents': 145 requests a second, 125 ms, 95 % within 245 ms."""

MANNERS: dict[str, Any] = {"loads": LOADS, "voices": VOICES, "traffic": TRAFFIC}
"""How the applications behave: options of `World`."""
