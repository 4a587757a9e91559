"""Kubernetes: client, connection, watch cache."""
