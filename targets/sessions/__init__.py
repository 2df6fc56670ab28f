"""Server side of the experiment `sessions`."""
