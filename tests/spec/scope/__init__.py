"""Scope: what a viewer may see."""
