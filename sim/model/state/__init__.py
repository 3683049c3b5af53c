"""The state of a world: enterprises, accounts, sectors, platforms, sites, links."""
