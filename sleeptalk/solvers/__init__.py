"""How it is asked: the thinking switch and the prefilled start of the assistant's turn."""
