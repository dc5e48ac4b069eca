"""The pages of signing in and of one's own sign-in settings."""
