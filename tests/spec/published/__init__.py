"""What is published of other organisations."""
