"""Who keeps track of an exchange: an id in each message, or a connection."""
