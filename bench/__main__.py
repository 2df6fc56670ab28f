"""The `bench` command and `python -m bench`: an interrupt while modules load ends it quietly.

Imports nothing else before it can catch that.
"""

import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line."""
    try:
        from bench.cli.main import main as run_command  # noqa: PLC0415

        run_command()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
