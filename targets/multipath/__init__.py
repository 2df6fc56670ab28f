"""Servers that send long replies over one path or two."""
