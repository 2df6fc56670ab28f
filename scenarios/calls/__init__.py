"""What a call costs in one format or another."""
