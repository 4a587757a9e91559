"""Autopilot: what the watch shows to be wrong becomes an incident, and a remediation where the policy allows it."""
