"""Two histories: organisations and codes, then and now."""
