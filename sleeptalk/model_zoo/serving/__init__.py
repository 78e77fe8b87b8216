"""A vLLM server for a base and its adapters: what to serve, which vLLM serves it, and how it is started and stopped."""
