"""Health checks, connectivity tests and diagnostic bundles: actions that only read."""
