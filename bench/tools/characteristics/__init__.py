"""How often each rule is wrong, by simulation: operating characteristics of the statistics.

    python -m bench.tools.characteristics --write     simulates all cases (some minutes)
    python -m bench.tools.characteristics --show      the table that the docs have

The shares are kept in docs/characteristics.csv, from which docs/self-proof.md is drawn.
"""
