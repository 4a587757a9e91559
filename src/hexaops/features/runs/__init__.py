"""Durable work with visible steps: rows, runner, cancel, takeover, reconciliation. Knows no Kubernetes."""
