"""What notebooks show of results: the command line's tables and the headline figure, in less than 50 kB."""
