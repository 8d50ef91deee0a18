"""Ashiato (足跡): competing companies answer each other's questions about a battery, tier by tier."""

__version__ = "0.1.0"
