"""Client side of the experiment `chain`."""
