"""The report: stored results as one HTML file that needs nothing else, one file a section."""
