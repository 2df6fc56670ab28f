"""`python -m targets`: one target process (see _serve.py)."""

import logging
import sys

import uvloop

from bench.pipes import die_with_parent
from targets import _serve

if __name__ == "__main__":
    die_with_parent()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    uvloop.run(_serve.main())
