"""Sending HTTP requests to addresses that tenants chose, without letting them reach what only we can reach."""
