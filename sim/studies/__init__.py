"""Studies: questions put to results that exist."""
