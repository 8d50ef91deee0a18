"""Words that everyone shares. Standard library only; at most 600 lines together."""
