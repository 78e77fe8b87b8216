"""Studies: which tasks x models x variants answer one question; running them; summary and report."""
