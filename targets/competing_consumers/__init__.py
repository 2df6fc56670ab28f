"""Server side of the experiment `competing_consumers`."""
