"""Snapshots of broken and of healthy clusters with their true causes, to which the diagnosis is held."""
