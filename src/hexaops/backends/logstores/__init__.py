"""Log engines: one query language, one shape of answer, one folder an engine."""
