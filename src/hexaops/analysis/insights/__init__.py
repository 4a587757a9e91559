"""What is worth knowing about a workspace: findings, posture, use, cost and trends as insights with recommendations."""
