"""The parts of docs/ that are drawn from the code, so that they cannot lag behind it.

    python -m bench.tools.docs --check     names what is stale and exits with 1
    python -m bench.tools.docs --write     brings it up to date

A part stands between `<!-- generated: NAME -->` and `<!-- end -->`; the file
`part_<name>.py` of this folder draws it and is found by being there.
"""
