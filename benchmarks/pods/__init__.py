"""The processes of the watch cache's benchmark: a server of generated pods, and the two measured clients."""
