"""Organisms on the Hugging Face Hub: push them with record and card, pull them after every byte was checked."""
