"""Small domain-independent tools."""
