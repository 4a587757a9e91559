"""Actions of the public API: plan, confirm, watch, cancel, roll back."""
