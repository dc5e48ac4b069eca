"""Requests for the NHS numbers of patients, and the numbers themselves: encrypted, apart from analytics."""
