"""Charts: pure functions from plain data to a specification, its words and its table."""
