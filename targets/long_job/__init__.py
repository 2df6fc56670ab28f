"""Server side of the experiment `long_job`."""
