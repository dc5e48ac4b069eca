"""Tables of requests for NHS numbers."""
