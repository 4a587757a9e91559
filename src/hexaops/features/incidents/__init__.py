"""Incidents: opened by API or Alertmanager, grouped, diagnosed, remediated within the workspace's policy."""
