"""What the service does for its callers: one folder a noun."""
