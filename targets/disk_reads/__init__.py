"""A program with an event loop that reads large files from a disk."""
