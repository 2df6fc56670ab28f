"""Protocol clients, one file a protocol."""
