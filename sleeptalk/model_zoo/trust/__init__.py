"""Is a checkpoint from somebody else safe to load, and is it what it says? Static checks, then a child process."""
