"""The parts of `control-plane`: binaries, certificates, processes, and worlds to put on them."""
