"""What surrounds the system under test: processes, meters, services."""
