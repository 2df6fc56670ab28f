"""Server side of the experiment `proxies`."""
