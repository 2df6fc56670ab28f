"""Kill storms, full disks, stepped clocks, long crowds and fuzzes, for hours, with a summary."""
