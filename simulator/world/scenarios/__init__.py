"""Initial clusters: the API documents' own world, and generated ones of any size."""
