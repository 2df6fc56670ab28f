"""Server side of the experiment `connection_pool`."""
