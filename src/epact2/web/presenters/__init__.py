"""From answers to words and plain values for templates."""
