"""Words as people look for them."""

import unicodedata


def folded(text: str) -> str:
    """A text as it is compared in searches: full and half width, capital and small letters alike (NFKC, lower case, as the database folds)."""
    return unicodedata.normalize("NFKC", text).strip().lower()
