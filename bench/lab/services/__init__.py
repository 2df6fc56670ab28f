"""Real components that outlive a trial, one file each, found by being there."""
