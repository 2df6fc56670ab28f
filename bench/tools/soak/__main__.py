"""`python -m bench.tools.soak`: see command.py."""

from bench.tools.soak.command import main

if __name__ == "__main__":
    raise SystemExit(main())
