"""Reports: what stored results look like."""
