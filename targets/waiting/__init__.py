"""A program that makes many calls and waits for them, and the server that answers."""
