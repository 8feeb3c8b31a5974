"""A graph of assets, exported from Sluice."""
