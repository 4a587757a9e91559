"""The formats in which lines are pushed: bytes → drafts, each on its own; what cannot be read is said by number."""
