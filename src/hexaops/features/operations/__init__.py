"""Operations that trusted services start on a workspace: durable, one at a time, each step visible."""
