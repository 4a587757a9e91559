"""Parts of the log benchmark: the queries, our store in a process of its own, and the peer's server."""
