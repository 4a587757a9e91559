"""Conversations about a workspace: sessions, messages, and answers from live evidence. Chat itself changes nothing."""
