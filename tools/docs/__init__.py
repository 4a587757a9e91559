"""Reference pages of `docs/`, rendered from the code: `python -m tools.docs`.

Settings, error codes, routes and commands are described once, where they are defined; a test
holds the pages to what the code says now.
"""
