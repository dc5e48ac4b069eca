"""Pages of requests for NHS numbers."""
