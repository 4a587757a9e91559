"""Understanding of questions, gathering of evidence and wording of answers."""
