"""Phone systems' own records, turned into contact events."""
