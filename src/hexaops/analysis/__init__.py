"""Pure functions on rows and arrays: no input, no output, no clock of their own."""
