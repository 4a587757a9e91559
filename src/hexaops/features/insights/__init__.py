"""What the service can tell about a workspace as a whole: what it offers there, and what it finds."""
