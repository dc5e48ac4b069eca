"""Percentiles."""
