"""Who is there: passwords, second factors, identity providers, sessions, step-up and tokens for programs.

What a person may see is no matter of this package: identity proposes, grants decide.
"""
