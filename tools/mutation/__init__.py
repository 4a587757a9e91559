"""Mutation testing of a few modules: changes one place of a function at a time and looks whether a test fails."""
