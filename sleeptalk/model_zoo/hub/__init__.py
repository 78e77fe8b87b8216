"""Organisms on the Hugging Face Hub: push them with their record and card, pull them only after every byte was checked."""
