"""What is asked: items crossed with variants, as Inspect tasks."""
