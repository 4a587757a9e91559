"""The parts of the control plane's benchmark: its world, the measured clients, the service, and what goes wrong."""
