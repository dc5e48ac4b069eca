"""Adding up."""
