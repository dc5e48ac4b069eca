"""Grouping: rows and columns."""
