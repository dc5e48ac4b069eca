"""What is worth asking: named ratios with a clinical reason."""
