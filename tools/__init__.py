"""Developers' scripts: run as `python -m tools.NAME`; the service never imports them."""
