"""Both ends of a call: the server that is asked, and the caller with its client library."""
