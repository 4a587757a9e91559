"""Whose a conversation is: what chat and actions both ask of a session, below either of them."""
