"""A Kubernetes API server in Python, for the embedded default and the tests."""
