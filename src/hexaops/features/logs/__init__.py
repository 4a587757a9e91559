"""Queries on log lines, lines that others push, and the live tail."""
