"""What a change is: one file a runbook, a closed set. No shell, no free-form patch."""
