"""Real log engines for tests and benchmarks: built or unpacked once, started on loopback."""
