"""The analysis of one application's performance."""
