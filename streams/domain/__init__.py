"""What is true about contacts. Pure: no I/O, no clock, no Faust, no global state."""
