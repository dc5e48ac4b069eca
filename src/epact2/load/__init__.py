"""How data comes in: files, checks, history, publishing a release."""
