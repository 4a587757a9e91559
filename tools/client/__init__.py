"""Writes what `hexaops.client` has for each route of the public API (`make docs`)."""
