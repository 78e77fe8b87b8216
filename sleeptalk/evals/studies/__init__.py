"""Studies: which tasks, asked of which models under which conditions, answer one question."""
