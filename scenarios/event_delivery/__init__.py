"""Events that pass through a broker while publisher, consumer or broker are killed."""
