"""Changing: a finished organism becomes another one, by further training or by its weights alone."""
