"""Clients that all lose their connection at once, and come back."""
