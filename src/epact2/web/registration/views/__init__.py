"""The pages of registration: asking, authorising, the account, administration."""
