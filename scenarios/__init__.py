"""The client side of every pattern, and what each experiment asks."""
