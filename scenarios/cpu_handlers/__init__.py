"""What becomes of light requests while other handlers compute."""
