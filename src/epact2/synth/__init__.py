"""A believable England, from a seed."""
