"""Golden utterances, the worlds they speak of, and how an answer is judged."""
