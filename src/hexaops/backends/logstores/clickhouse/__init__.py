"""The adapter to ClickHouse, on the schema of the OpenTelemetry collector's exporter (SQL over HTTP)."""
