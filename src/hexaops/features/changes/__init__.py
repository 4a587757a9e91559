"""Confirmed changes of a cluster: plans, guardrails, confirmation, writes."""
