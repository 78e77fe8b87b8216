"""How an answer is read: misalignment, articulation, attribution, flip, and the outcome that sums them up."""
