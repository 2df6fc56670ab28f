"""Envoy from a description."""
