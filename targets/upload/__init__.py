"""Servers that store what is uploaded, and a relay that cuts connections."""
