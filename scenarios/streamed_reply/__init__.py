"""A reply that is made piece by piece, and how its reader gets it."""
