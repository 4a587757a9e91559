"""What tests and benchmarks share: the control plane and the service as processes, and their clients."""
