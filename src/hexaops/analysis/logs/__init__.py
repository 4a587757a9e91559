"""What can be read out of log messages: their templates."""
