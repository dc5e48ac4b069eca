"""The pages: Django at the rim."""
