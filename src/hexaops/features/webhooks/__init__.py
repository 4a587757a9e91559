"""Telling other systems what happened: subscriptions, an outbox, signed and durable deliveries."""
