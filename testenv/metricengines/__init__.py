"""Real metric servers on loopback, filled with series of the past."""
