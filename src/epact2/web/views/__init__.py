"""One module a page: reads the request, asks, hands plain values to a template."""
