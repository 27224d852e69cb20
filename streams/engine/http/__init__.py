"""The pages that a worker serves, and what it says of itself."""
