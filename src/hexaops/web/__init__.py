"""The console: static files of the package, served at `/`. It calls the public API like any client."""
