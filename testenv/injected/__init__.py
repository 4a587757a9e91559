"""Faults that are injected into a simulated cluster, to see what a diagnosis makes of what follows from them."""
