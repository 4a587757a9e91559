"""What changes in a workspace, as a stream of events that its members follow."""
