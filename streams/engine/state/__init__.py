"""The stored forms of state and of partial figures."""
