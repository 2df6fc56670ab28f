"""The words of the project as frozen dataclasses and pure functions of them.

May import: the standard library, numpy and msgspec.
Must not know: any experiment, pattern or law, or how anything is run, stored or drawn.
"""
