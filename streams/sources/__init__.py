"""Turns the records of phone systems into contact events; reads files of such events."""
