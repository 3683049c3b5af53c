"""Facts with source and trust, and what the model is held to."""
