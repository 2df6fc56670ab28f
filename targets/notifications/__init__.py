"""Servers that tell clients what happened."""
