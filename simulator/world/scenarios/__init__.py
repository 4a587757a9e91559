"""Clusters to begin with: the documents' own world, and generated ones of any size."""
