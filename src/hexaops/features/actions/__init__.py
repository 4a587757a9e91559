"""The public API's actions: planned, confirmed by plan, watched step by step, cancelled, undone."""
