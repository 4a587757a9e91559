"""Pod logs as the API server serves them: what reads them, and the adapter that searches them without storing any."""
