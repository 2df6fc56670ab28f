"""What a program is told is stored, and what is there after a crash."""
