"""Months and change."""
