"""Answers as text and as JSON. Text is neither wrapped nor cut to the terminal's width."""
