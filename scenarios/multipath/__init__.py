"""What a second path to the backend is worth."""
