"""Other hosts whose workers carry a run's load: how they join, their clocks, and their meters.

May import what lab may.  Must not know what a load process does, nor Locust.
"""
