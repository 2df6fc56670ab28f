"""What becomes of an upload whose connection is cut."""
