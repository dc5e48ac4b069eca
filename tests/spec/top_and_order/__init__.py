"""Top, others and order."""
