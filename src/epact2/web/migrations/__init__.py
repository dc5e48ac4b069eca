"""Changes of the accounts database."""
