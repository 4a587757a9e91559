"""The service as its user runs it, on a real control plane: `make test-cluster`."""
