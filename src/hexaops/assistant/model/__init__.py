"""Model mode: a language model words the answers, on what the embedded engine found, and on nothing else."""
