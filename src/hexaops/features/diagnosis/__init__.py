"""What is wrong in a live workspace, and why: the rules of `analysis.diagnosis` on what its cluster holds now."""
