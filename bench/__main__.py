"""The `bench` command and `python -m bench`: an interrupt while modules load ends it quietly.

Imports next to nothing before it can catch that.
"""

import gc
import signal
import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line."""
    try:
        # A shell starts what it puts into the background with SIGINT ignored, by inheritance.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        # What is imported stays; to search it over and over as it grows takes a fifth of the time.
        gc.disable()
        from bench.cli.main import main as run_command  # noqa: PLC0415

        gc.freeze()
        gc.enable()
        run_command()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
