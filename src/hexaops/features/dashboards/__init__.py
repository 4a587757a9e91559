"""Grafana dashboards of applications and workspaces, generated."""
