"""The adapter to Loki (LogQL over HTTP)."""
