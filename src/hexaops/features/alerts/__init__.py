"""Alerts: rules on applications' metrics, judged by this service, and what happens when they fire."""
