"""`python -m sleeptalk`, also for `accelerate launch -m sleeptalk`."""

from sleeptalk.cli.main import main

if __name__ == "__main__":
    main()
