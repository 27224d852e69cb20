"""What each word of the command line does. Thin: reads arguments, calls the rooms, prints."""
