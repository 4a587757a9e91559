"""The Kubernetes API over a store of objects, as an ASGI application."""
