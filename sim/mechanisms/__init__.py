"""The mechanisms, one file each; ``sim.ecosystem.Ecosystem.step`` lists them in the month's order."""
