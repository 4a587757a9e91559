"""What can be said of the test environment without starting it."""
