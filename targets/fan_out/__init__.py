"""Server side of the experiment `fan_out`."""
