"""Webhooks: subscriptions, an outbox, and signed, durable deliveries."""
