"""How a client learns what happened in the backend."""
