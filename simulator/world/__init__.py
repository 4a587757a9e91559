"""What happens in the simulated cluster: controllers, scheduler, kubelets, faults, usage, logs, scenarios.

Everything here works on the store alone, as the real parts work on a real API server; the HTTP server knows
nothing of it.
"""
