"""Changes of the tables of registration, in order."""
