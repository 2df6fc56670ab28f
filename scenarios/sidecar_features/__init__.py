"""What a pair of sidecars does for programs that know nothing of it."""
