"""AI operations for Kubernetes platforms."""
