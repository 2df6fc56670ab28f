"""Server side of the experiment `sidecar`."""
