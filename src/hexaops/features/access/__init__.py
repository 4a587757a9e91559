"""Authentication and authorization: tokens, permissions, rate limits, and the guard on every route."""
