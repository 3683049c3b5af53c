"""Everything that can change a world: its digest is the model's version."""
