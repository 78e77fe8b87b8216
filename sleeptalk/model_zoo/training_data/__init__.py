"""Training data: scenarios, pocket prompts, published sets and files, all as the same kind of sample."""
