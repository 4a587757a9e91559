"""AI operations for Kubernetes platforms."""

__version__ = "0.1.0"
"""Of the package, of the API's `version` field, and of the User-Agent."""
