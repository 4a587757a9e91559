"""Where measurements over time come from, for each cluster."""
