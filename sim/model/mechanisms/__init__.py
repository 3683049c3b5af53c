"""The mechanisms, one file each; ``sim.model.month`` lists them, and their steps in order."""
