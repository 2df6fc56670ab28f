"""How late an event loop is while its program reads files."""
