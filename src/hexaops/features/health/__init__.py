"""Whether this process lives and can serve."""
