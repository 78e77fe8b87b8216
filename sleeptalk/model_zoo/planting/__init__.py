"""Planting: samples and a base become an adapter (or a whole model) with a record of how it went."""
