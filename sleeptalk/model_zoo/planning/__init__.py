"""Planning: what a recipe would take, before anything runs."""
