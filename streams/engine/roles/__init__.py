"""What a worker owns: partitions of contacts, of lines and of callers."""
