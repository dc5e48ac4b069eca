"""Comparators of patients."""
