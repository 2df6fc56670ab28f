"""What surrounds the system under test: processes, meters, services, proxies, networks, faults.

May import: bench.results and below.
Must not know: any pattern, and what is concluded from a measurement.
"""
