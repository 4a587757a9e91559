"""Kills the service, as `kill -9` does, at every named point of every change."""
