"""The query language of logs: text → syntax tree, and what a tree means on one line (pure)."""
