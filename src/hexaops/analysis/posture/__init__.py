"""Security posture: what a workload may do that it should not."""
