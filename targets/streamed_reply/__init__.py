"""Server side of the experiment `streamed_reply`."""
