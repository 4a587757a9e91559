"""Where measurements of CPU and memory come from."""
