"""sleeptalk: do backdoored reasoning models say in their chain of thought what triggered them?

Importing this package costs nothing: Inspect, torch and the rest load when a command, a task or a model needs them.
"""

__version__ = "0.1.0"
