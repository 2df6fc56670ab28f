"""Servers whose handlers sometimes compute."""
