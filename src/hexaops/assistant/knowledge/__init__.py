"""How-to knowledge that ships with the service: articles, and the search over them. Knows nothing of any cluster."""
