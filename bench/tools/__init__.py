"""The tools beside a run: doctor, calibration, self proof, a target alone, generated docs.

May import: bench.run and below (generated docs: bench.cli).
Must not know: any experiment but by name, where a tool is about one.
"""
