"""What is true: slices in ranks, each behind one door. See ARCHITECTURE.md."""
