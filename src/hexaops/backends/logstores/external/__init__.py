"""What adapters to log engines of others share: the fence, the lowered query, pages, counts and patterns."""
