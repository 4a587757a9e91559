"""Measurements beside peers, each in its own process. `python -m benchmarks` runs them all."""
