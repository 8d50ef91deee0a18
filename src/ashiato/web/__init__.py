"""Pages."""

from fastapi import FastAPI


def install(app: FastAPI) -> None:
    """Mounts the pages."""
