"""`python -m bench.tools.docs`: see pages.py."""

from bench.tools.docs.pages import main

if __name__ == "__main__":
    raise SystemExit(main())
