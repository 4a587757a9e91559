"""Developers' scripts; not part of the package."""
