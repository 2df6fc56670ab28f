"""Programs that store records, and the disk on which some of them do."""
