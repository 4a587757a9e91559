"""The command line: talks to the public API like any other client (`serve` excepted)."""
