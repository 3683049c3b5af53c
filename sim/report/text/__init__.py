"""What the answers are in text and in JSON: for a terminal of any width, nothing is wrapped, nothing cut."""
