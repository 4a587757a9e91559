"""The adapter to VictoriaLogs (LogsQL over HTTP)."""
