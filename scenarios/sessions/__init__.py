"""Client side of the experiment `sessions`."""
