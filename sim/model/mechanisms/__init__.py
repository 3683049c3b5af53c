"""The mechanisms, one file each; ``sim.model.ecosystem.Ecosystem.step`` lists them in the month's order."""
