"""The model: its digest is the model's version."""
