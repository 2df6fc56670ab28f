"""What becomes of requests when their client's address changes."""
