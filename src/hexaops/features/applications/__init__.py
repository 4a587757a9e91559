"""Applications: what runs in a workspace, derived from the watch cache, with live usage."""
