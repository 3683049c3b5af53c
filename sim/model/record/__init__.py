"""Monthly and yearly records, and the outcomes computed from them."""
