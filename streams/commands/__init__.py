"""The commands, one module each. Thin: each reads its arguments, calls the rooms, prints."""
