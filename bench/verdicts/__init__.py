"""Evidence, and the rules by which a claim is judged.

May import: bench.plan and below.
Must not know: any experiment, claim or law, or how a verdict is shown.
"""
