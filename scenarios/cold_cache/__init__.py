"""Client side of the experiment `cold_cache`."""
