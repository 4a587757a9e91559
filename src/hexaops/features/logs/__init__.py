"""Log queries, pushed lines and the live tail."""
