"""The mechanisms, one file each; ``sim.model.EcosystemModel.step`` lists them in the month's order."""
