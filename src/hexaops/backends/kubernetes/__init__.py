"""Kubernetes: connections, a thin client, and a watch cache of compact rows. Only this folder imports lightkube."""
