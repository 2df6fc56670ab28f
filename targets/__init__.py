"""The server side of every pattern."""
