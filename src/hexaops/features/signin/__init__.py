"""Signing in from a browser: one-time links, and sessions in a cookie that scripts cannot read."""
