"""Outside systems, one folder each: client, errors, fake."""
