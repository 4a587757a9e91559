"""Environments for tests and benchmarks; nothing here is part of the service."""
