"""Accounts, requests for access, who authorises them, and what everybody was granted.

The rules are in ``epact2.access``; here they meet people, mail and the accounts database.
"""
