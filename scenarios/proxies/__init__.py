"""Client side of the experiment `proxies`."""
