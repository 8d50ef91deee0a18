"""One module per journey, not per table."""
