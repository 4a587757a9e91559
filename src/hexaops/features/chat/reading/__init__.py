"""Answers that are read from other features: one file a source, each told by `assistant/answers`."""
