"""Written by `make docs`: models, calls and methods of the public API's operations."""
