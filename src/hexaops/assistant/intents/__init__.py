"""What a message can mean, one file an intent or a small family of them: its words, its needs, its answer."""
