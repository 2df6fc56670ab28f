"""Client side of the experiment `sidecar`."""
