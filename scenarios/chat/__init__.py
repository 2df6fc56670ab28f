"""Client side of the experiment `chat`."""
