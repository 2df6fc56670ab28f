"""What is done to an actor at a time, one file a verb, found by being there."""
