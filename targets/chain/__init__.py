"""Server side of the experiment `chain`."""
