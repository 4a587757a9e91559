"""Runbooks: the closed set of changes, one file each. No shell commands, no free-form patches."""
