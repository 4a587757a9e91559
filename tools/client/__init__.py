"""Writes what `hexaops.client` has for each route of both APIs (`make docs`)."""
