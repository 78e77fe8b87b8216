"""Organisms: recipes, training data, planting, records, and the `zoo/` model provider."""
