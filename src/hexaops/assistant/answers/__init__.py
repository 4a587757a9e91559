"""From what was understood and what was read to an answer: pure functions that word evidence and invent nothing."""
