"""The stored forms: one module per kind of record, and reading a partition's state back."""
