"""Structured logs: one JSON object a line on standard error, never a value of a company."""

import logging
import sys

import structlog


def configure(level: str = "info") -> None:
    """Sets the process's logs up once, at the start of a program."""
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # collisions are repeated, and told if they do not end
    logging.getLogger("psycopg.pool").setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
