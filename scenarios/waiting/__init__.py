"""What a program can do while it waits for many answers."""
