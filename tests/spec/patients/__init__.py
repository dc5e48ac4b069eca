"""Single items and patients."""
