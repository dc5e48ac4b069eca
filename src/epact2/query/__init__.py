"""The question, as a value."""
