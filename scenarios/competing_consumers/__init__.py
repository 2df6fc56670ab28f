"""Work that waits in queues, and several consumers that take it."""
