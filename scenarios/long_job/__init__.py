"""Work that takes longer than a caller may want to wait."""
