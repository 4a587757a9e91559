"""Who calls, and what the caller may do: tokens, permissions, limits, and the guard before every route."""
