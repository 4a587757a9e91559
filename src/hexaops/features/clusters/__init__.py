"""Registering clusters while the service runs."""
