"""Slides of a run: one statement with one picture each, 16:9, to be read at the back of a room.

Drawn from evaluated data, like all figures; knows neither the page nor where files go.
"""
