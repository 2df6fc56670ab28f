"""`python -m bench.tools.characteristics`: see table.py."""

from bench.tools.characteristics.table import main

if __name__ == "__main__":
    raise SystemExit(main())
