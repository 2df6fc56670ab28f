"""Server side of the experiment `event_delivery`."""
