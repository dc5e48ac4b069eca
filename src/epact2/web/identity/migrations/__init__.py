"""Changes of the identity tables, in order."""
