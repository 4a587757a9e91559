"""Changes as durable operations: planned, confirmed, run step by step, verified or undone."""
