"""A program and its backends, in two languages; sidecars between them; a collector of spans."""
