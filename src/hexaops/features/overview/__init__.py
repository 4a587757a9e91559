"""Overview: what trusted services read of a workspace: its nodes, measured and as they are."""
