"""What a world is: enterprises, accounts, sectors, platforms, sites, links."""
