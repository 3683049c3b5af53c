"""Questions put to the model, one file each."""
