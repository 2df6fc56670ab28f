"""Server side of the experiment `chat`."""
