"""What answers are read with, one file a tool: its name, what it reads, what that needs, how long it may take."""
