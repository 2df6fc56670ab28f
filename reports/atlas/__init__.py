"""The atlas: every claim of the ledger on one page, as data, and as slides.

Made of evaluated data and of nothing else; knows no experiment, no claim, and no folder of runs.
"""
